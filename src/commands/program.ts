import { Command, CommanderError } from 'commander';
import { exitCodes } from '../contract/exit-codes.ts';
import { UsageError } from '../contract/failure.ts';
import { type Io, processIo } from './io.ts';

type CommandModule = (options: Record<string, unknown>, io: Io) => Promise<number>;

/**
 * Parses argv, runs one command and gives its exit code. Commands are imported only when they run,
 * so that `--help` and `--version` load nothing else.
 */
export async function runProgram(argv: string[], version: string): Promise<number> {
  const io = processIo();
  let exitCode: number = exitCodes.done;
  const program = new Command('steadydancer')
    .version(version)
    .description('From a machine with an NVIDIA GPU to a dancing ComfyUI container.')
    .exitOverride();
  const lazily =
    (load: () => Promise<CommandModule>) => async (options: Record<string, unknown>) => {
      exitCode = await (await load())(options, io);
    };
  void lazily;
  try {
    await program.parseAsync(argv, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCodes.usage;
    if (error instanceof UsageError) {
      io.say(error.message);
      return exitCodes.usage;
    }
    throw error;
  }
}
