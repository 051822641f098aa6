import { Command } from 'commander';
import { exitCodes } from '../contract/exit-codes.ts';
import { UsageError } from '../contract/failure.ts';
import { onServer } from '../elsewhere/on-option.ts';
import { giveToCaller } from '../ports/sudo.ts';
import { places } from '../profiles/places.ts';
import { RUN_PROCESS_ARGUMENT } from '../runner/run-argument.ts';
import { COMPLETE_ARGUMENT } from './completions/complete-argument.ts';
import type { Action } from './define.ts';
import { defineBundle } from './define-bundle.ts';
import { defineClean } from './define-clean.ts';
import { defineCompletions } from './define-completions.ts';
import { defineDance } from './define-dance.ts';
import { defineDeploy } from './define-deploy.ts';
import { defineInspection } from './define-inspection.ts';
import { defineModels } from './define-models.ts';
import { definePush } from './define-push.ts';
import { defineRunning } from './define-running.ts';
import { defineUpdate } from './define-update.ts';
import { tellEnd } from './ended.ts';
import { type Io, processIo } from './io.ts';
import type { SignalInbox } from './signal-inbox.ts';

/**
 * Parses argv, runs one command and gives its exit code. Commands are imported only when they run,
 * so that `--help` and `--version` load nothing else.
 */
export async function runProgram(
  argv: string[],
  version: string,
  signals: SignalInbox | null = null,
): Promise<number> {
  let printed = false;
  const own = processIo();
  const io: Io = {
    ...own,
    ...(signals ? { signals } : {}),
    out: (line) => {
      printed = true;
      own.out(line);
    },
  };
  if (argv[0] === RUN_PROCESS_ARGUMENT) return runProcess(argv[1]);
  // `steadydancer logs | head` closes the pipe: nobody is left to tell.
  process.stdout.on('error', (error: NodeJS.ErrnoException) =>
    process.exit(error.code === 'EPIPE' ? exitCodes.done : exitCodes.bug),
  );
  // Words that nobody can read change nothing about the work.
  process.stderr.on('error', () => {});
  // An error that nobody waited for ends the program as one that was thrown does.
  const onBug = (error: unknown) =>
    void tellEnd(error, { argv, printed }, io).then((code) => process.exit(code));
  process.on('uncaughtException', onBug);
  process.on('unhandledRejection', onBug);
  let exitCode: number = exitCodes.done;
  const action: Action = async (perform) => {
    exitCode = await perform();
  };
  const program = defineProgram(version, action, io);
  if (argv[0] === COMPLETE_ARGUMENT) {
    const { complete } = await import('./completions/completions.ts');
    return complete(argv.slice(1), program, io);
  }
  let asked = argv;
  try {
    const where = onServer(argv);
    if (where) asked = where.args;
    if (where && !asksForHelp(where.args)) {
      return await (await import('./on.ts')).on(where, io, version);
    }
    await program.parseAsync(asked, { from: 'user' });
    return exitCode;
  } catch (error) {
    return tellEnd(error, { argv: asked, printed }, io);
  } finally {
    giveBack(io);
  }
}

/** Help is the same everywhere: no server is asked for it. */
const asksForHelp = (args: readonly string[]) =>
  args[0] === 'help' || args.includes('--help') || args.includes('-h');

/** Under sudo: what was written as root belongs to the person whose home it is in. */
function giveBack({ env, home }: Io): void {
  const { profiles, runs } = places(env, home);
  for (const folder of [profiles, runs]) giveToCaller(folder);
}

/** All commands with their options. What they do is loaded when `action` performs it. */
export function defineProgram(version: string, action: Action, io: Io): Command {
  const program = emptyProgram(version);
  program.action((_options, { args: [unknown] }: Command) =>
    action(async () => {
      if (unknown !== undefined) throw new UsageError(noCommand(unknown, program));
      return (await import('./wizard.ts')).wizard(io, version);
    }),
  );
  defineRunning(program, action, io);
  defineDance(program, action, io);
  defineInspection(program, action, io);
  defineModels(program, action, io);
  definePush(program, action, io);
  defineDeploy(program, action, io);
  defineClean(program, action, io);
  defineUpdate(program, action, io);
  defineCompletions(program, action, io);
  defineBundle(program, action, io, version);
  // A word that is no command is named as such, not counted. After the commands, which would inherit it.
  return program.allowExcessArguments().allowUnknownOption();
}

function emptyProgram(version: string): Command {
  return new Command('steadydancer')
    .version(version)
    .option('--on <[user@]host>', 'before or after any command: on that machine, by your own ssh')
    .description(
      'From a machine with an NVIDIA GPU to a running, tested ComfyUI container with SteadyDancer.\n' +
        'Without a command: the wizard.',
    )
    .addHelpText(
      'after',
      '\nExamples:\n' +
        '  steadydancer                                    the wizard\n' +
        '  steadydancer run --profile rehearsal --yes      one minute, no GPU: tests Docker, port and folders\n' +
        '  steadydancer run --profile l40s-fp16 --yes --json   unattended, one JSON event a line\n' +
        '  steadydancer --on mia@gpu-box                   the wizard there, shown here; puts itself there first\n' +
        '  steadydancer attach --on mia@gpu-box            its run again, after the lid was closed\n' +
        '\nWith --on, paths, profiles, ports and HF_TOKEN are those of the server.',
    )
    .showHelpAfterError('(--help shows what there is)')
    .configureHelp({ showGlobalOptions: false })
    .exitOverride();
}

function noCommand(name: string, program: Command): string {
  const names = program.commands.map((command) => command.name());
  if (name.startsWith('-')) return `There is no option ${name}; --help shows what there is.`;
  return `There is no command ${name}. There are: ${names.join(', ')}.`;
}

async function runProcess(runDir: string | undefined): Promise<number> {
  if (!runDir) return exitCodes.usage;
  const { runProcess: start } = await import('../runner/run-process.ts');
  // Its result is written: connections that are kept open must not keep the process.
  return process.exit(await start(runDir, (exitCode) => process.exit(exitCode)));
}
