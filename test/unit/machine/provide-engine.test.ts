import type { Server } from 'node:http';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { provideEngine } from '../../../src/machine/provide-engine.ts';
import type { Host, MissingEngine } from '../../../src/machine/types.ts';
import type { Clock } from '../../../src/ports/clock.ts';
import type { Ended, Processes } from '../../../src/ports/processes.ts';
import { closed, fakeEngine, linuxHost, scratch } from './fakes.ts';

let folder: Awaited<ReturnType<typeof scratch>>;
let socket: string;
let engine: Server | null;
beforeEach(async () => {
  folder = await scratch();
  socket = join(folder.dir, 'docker.sock');
  engine = null;
});
afterEach(async () => {
  if (engine) await closed(engine);
  await folder.remove();
});

/** Time that passes only when somebody waits for it. */
function quickClock(): Clock {
  let ms = 0;
  return {
    now: () => new Date(ms),
    monotonicMs: () => ms,
    sleep: async (wait) => {
      ms += wait;
    },
  };
}

/** Commands as a machine would answer them: by the last word, the exit code and what happens. */
function machine(
  does: (command: string) => Promise<number> | number,
  says?: string,
): Processes & { ran: string[] } {
  const ran: string[] = [];
  return {
    ran,
    run: async () => ended(1),
    start: (file, args) => {
      const command = [file, ...args].join(' ').replace(/^sudo -n /, '');
      ran.push(command);
      const streams = { stdout: new PassThrough(), stderr: new PassThrough() };
      const done = Promise.resolve(does(command)).then((code) => {
        const text = says ?? `${command} said this`;
        streams.stdout.end(`${text}\n`);
        streams.stderr.end();
        return ended(code, `${text}\n`);
      });
      return { ...streams, ended: done };
    },
  };
}

function ended(exitCode: number, stdout = ''): Ended {
  return { exitCode, stdout, stderr: '', timedOut: false };
}

const missing = (state: MissingEngine['state'], fixes: MissingEngine['fixes'] = []) => ({
  state,
  endpoint: { url: `unix://${socket}`, context: null, remote: false },
  sentence: 'Docker is not installed on this machine.',
  proof: 'connect ENOENT',
  fixes,
});

function asked(processes: Processes, state: MissingEngine, host: Host = debian) {
  const commands: string[] = [];
  const lines: string[] = [];
  const done = provideEngine({
    host,
    engine: state,
    env: { DOCKER_HOST: `unix://${socket}`, PATH: folder.dir },
    processes,
    clock: quickClock(),
    onCommand: (command) => commands.push(command),
    onLine: (line) => lines.push(line),
    signal: new AbortController().signal,
  });
  return { done, commands, lines };
}

const debian: Host = { ...linuxHost, distro: ['debian'], systemd: true };
const starts = async (command: string) => {
  if (command.startsWith('systemctl')) engine = await fakeEngine(socket);
  return 0;
};

it('installs, starts and waits for the first answer; says each command before it runs', async () => {
  const processes = machine(starts);
  const { done, commands, lines } = asked(processes, missing('absent'));
  expect(await done).toBe('ready');
  expect(processes.ran[0]).toBe('apt-get update -q');
  expect(processes.ran.at(-1)).toBe('systemctl enable --now docker');
  expect(commands).toHaveLength(processes.ran.length);
  expect(lines).toContain('apt-get update -q said this');
});

it('what the distribution lacks is left out, not a failure', async () => {
  const processes = machine((command) =>
    command.endsWith('docker-buildx') ? 100 : starts(command),
  );
  expect(await asked(processes, missing('absent')).done).toBe('ready');
});

it("goes on to Docker's own repository when the distribution's package does not install", async () => {
  const processes = machine((command) => (command.endsWith('iptables') ? 100 : starts(command)));
  expect(await asked(processes, missing('absent')).done).toBe('ready');
  expect(processes.ran.some((command) => command.includes('docker-ce'))).toBe(true);
});

it('names the command that did not work and its last words', async () => {
  const processes = machine((command) => (command.includes('update') ? 100 : 0));
  await expect(asked(processes, missing('absent')).done).rejects.toMatchObject({
    code: 'engine-install-failed',
    details: { proof: 'apt-get update -q said this', sentence: expect.stringContaining('100') },
  });
});

it('a sudo that wants a password is named, with the wizard that can ask for it', async () => {
  const processes = machine(() => 1, 'sudo: a password is required');
  await expect(asked(processes, missing('absent')).done).rejects.toMatchObject({
    message: expect.stringContaining('root rights'),
    details: { fixes: [{ command: 'steadydancer' }, {}] },
  });
});

it('what is installed is only started', async () => {
  const processes = machine(starts);
  expect(await asked(processes, missing('not-running')).done).toBe('ready');
  expect(processes.ran).toEqual(['systemctl enable --now docker']);
});

it('an engine that does not come up is said, with where its log is', async () => {
  const processes = machine(() => 0);
  await expect(asked(processes, missing('not-running')).done).rejects.toMatchObject({
    code: 'engine-start-failed',
  });
});

it('joins the group and says that what follows needs it', async () => {
  const join = { label: 'Add mia', command: 'sudo usermod -aG docker mia' };
  const processes = machine(() => 0);
  expect(await asked(processes, missing('no-permission', [join])).done).toBe('group');
  expect(processes.ran).toEqual(['usermod -aG docker mia']);
});

it.each(['cannot-run-here', 'ssh', 'desktop-not-integrated', 'desktop-stopped'] as const)(
  '%s: nothing is run, the state itself is the failure',
  async (state) => {
    const processes = machine(() => 0);
    await expect(asked(processes, missing(state)).done).rejects.toMatchObject({
      message: 'Docker is not installed on this machine.',
    });
    expect(processes.ran).toEqual([]);
  },
);
