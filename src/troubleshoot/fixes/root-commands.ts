import { createInterface } from 'node:readline';
import { Failure } from '../../contract/failure.ts';
import { type RoadCommand, shownCommand } from '../../machine/engine-roads.ts';
import type { FixWorld } from './types.ts';

/** Package mirrors are slow at times. */
const LIMIT_MS = 15 * 60_000;

/** Commands as a person would type them. */
export function shown(commands: readonly RoadCommand[], uid: number | null): string[] {
  return commands.map((command) => shownCommand(command, uid === 0));
}

/**
 * Runs commands one after the other, telling each and what it prints. The signal takes effect between
 * two of them: an installation that is cut off leaves a broken system.
 * @throws Failure `fix-command-failed` with the last lines of the command that did not work
 */
export async function runCommands(
  commands: readonly RoadCommand[],
  { processes, env }: Pick<FixWorld, 'processes' | 'env'>,
  signal: AbortSignal,
  onLine: (line: string) => void,
): Promise<void> {
  const isRoot = process.getuid?.() === 0;
  for (const command of commands) {
    signal.throwIfAborted();
    onLine(`$ ${shownCommand(command, isRoot)}`);
    // -n: where a password is needed it was asked for before, on the terminal.
    const [file, ...args] =
      command.root && !isRoot ? ['sudo', '-n', ...command.argv] : command.argv;
    const running = processes.start(file as string, args, {
      timeoutMs: LIMIT_MS,
      env: { ...env, DEBIAN_FRONTEND: 'noninteractive' },
    });
    for (const input of [running.stdout, running.stderr]) {
      createInterface({ input }).on('line', onLine);
    }
    const ended = await running.ended;
    if (ended.exitCode === 0 || command.optional) continue;
    const said = `${ended.stdout}\n${ended.stderr}`.trim().split('\n').slice(-3).join('\n');
    throw new Failure({
      code: 'fix-command-failed',
      sentence: `\`${command.argv.join(' ').slice(0, 80)}\` ended with ${ended.errno ?? ended.exitCode ?? 'a signal'}; what came before it is done.`,
      proof: said || command.argv.join(' '),
    });
  }
}
