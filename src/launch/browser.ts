import { ON_VARIABLE } from '../runner/own-command.ts';
import { shellWord } from '../text/shell-word.ts';

/** What decides how an address gets before the person's eyes. */
export interface Seat {
  platform: NodeJS.Platform;
  wsl: boolean;
  ssh: boolean;
  /** A desktop is there (DISPLAY or WAYLAND_DISPLAY on Linux). */
  display: boolean;
  user: string;
  host: string;
  /** Port of the ssh server that the person came in by. */
  sshPort: number;
  /** The person is at another computer, by `--on`: the server as they call it there. */
  on: string | null;
}

export type WayToOpen =
  /** Programs to try, in order. */
  | { kind: 'browser'; commands: [file: string, ...args: string[]][] }
  /** The person sits elsewhere: this line, there, brings the address to them. */
  | { kind: 'forward'; line: string }
  | { kind: 'say' };

/** Pure. In an ssh session a browser would open before nobody. */
export function wayToOpen(url: string, seat: Seat): WayToOpen {
  if (seat.on !== null) {
    return { kind: 'forward', line: `steadydancer --on ${shellWord(seat.on)} open` };
  }
  if (seat.ssh) return { kind: 'forward', line: forwardLine(url, seat) };
  if (seat.wsl) {
    // wslview is of wslu; cmd.exe is not on PATH where Windows' PATH is not appended.
    const start = ['/c', 'start', '', url] as const;
    return {
      kind: 'browser',
      commands: [
        ['wslview', url],
        ['cmd.exe', ...start],
        ['/mnt/c/Windows/System32/cmd.exe', ...start],
      ],
    };
  }
  if (seat.platform === 'darwin') return { kind: 'browser', commands: [['open', url]] };
  if (seat.platform === 'linux' && seat.display) {
    return { kind: 'browser', commands: [['xdg-open', url]] };
  }
  return { kind: 'say' };
}

function forwardLine(url: string, { user, host, sshPort }: Seat): string {
  const { hostname, port } = new URL(url);
  const by = sshPort === 22 ? '' : `-p ${sshPort} `;
  return `ssh ${by}-L ${port}:${hostname}:${port} ${user}@${host}`;
}

/** Where the person sits, by the environment: sshd sets SSH_CONNECTION "client port server port". */
export function seatOf(
  env: NodeJS.ProcessEnv,
  here: { platform: NodeJS.Platform; user: string; host: string; wsl: boolean },
): Seat {
  const sshPort = Number(env.SSH_CONNECTION?.split(' ')[3]);
  return {
    ...here,
    ssh: Boolean(env.SSH_CONNECTION || env.SSH_TTY),
    display: Boolean(env.DISPLAY || env.WAYLAND_DISPLAY),
    sshPort: sshPort > 0 ? sshPort : 22,
    on: env[ON_VARIABLE] || null,
  };
}
