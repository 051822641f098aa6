import { UsageError } from '../contract/failure.ts';

/** A command line that is for another machine. */
export interface OnServer {
  /** As ssh takes it: `[user@]host` or `ssh://[user@]host:port`. */
  destination: string;
  /** As the person wrote it: what a command that is shown again is made of. */
  written: string;
  /** The command line without `--on`: what runs there. */
  args: string[];
}

const EXAMPLE = 'steadydancer --on user@host';

/**
 * Takes `--on HOST` or `--on=HOST` out of a command line, wherever before `--` it stands; null
 * where there is none.
 * @throws UsageError where the host is missing, or given twice
 */
export function onServer(argv: readonly string[]): OnServer | null {
  const end = argv.indexOf('--');
  const looked = end === -1 ? argv.length : end;
  const places = argv
    .slice(0, looked)
    .flatMap((word, at) => (word === '--on' || word.startsWith('--on=') ? [at] : []));
  const [at, second] = places;
  if (at === undefined) return null;
  if (second !== undefined) throw new UsageError(`--on names one server: ${EXAMPLE}`);
  const word = argv[at] ?? '';
  const inline = word.startsWith('--on=');
  const written = inline ? word.slice('--on='.length) : (argv[at + 1] ?? '');
  const args = [...argv.slice(0, at), ...argv.slice(inline ? at + 1 : at + 2)];
  return { destination: destinationOf(written), written, args };
}

/**
 * What ssh takes (ssh(1)): a name of the person's own configuration, `user@host`, or a URI where a
 * port is named. A word that begins with `-` would be an option of ssh.
 */
function destinationOf(written: string): string {
  if (written === '' || written.startsWith('-') || /[\s\0]/.test(written)) {
    throw new UsageError(`--on takes a server, as ssh does: ${EXAMPLE}`);
  }
  // `ssh://` of DOCKER_HOST may have a path, which ssh does not take.
  const bare = written.replace(/^(ssh:\/\/[^/]+)\/.*$/, '$1');
  if (bare.startsWith('ssh://')) return bare;
  return /^[^:[\]]+:\d+$/.test(bare) ? `ssh://${bare}` : bare;
}
