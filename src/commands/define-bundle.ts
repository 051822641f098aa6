import type { Command } from 'commander';
import { type Action, example } from './define.ts';
import type { Io } from './io.ts';

/** The command that makes the archive for a bug report. */
export function defineBundle(program: Command, action: Action, io: Io, version: string): void {
  program
    .command('bundle')
    .description(
      'one archive for a bug report: checks, plan, events, log around the failure, versions, diagnosis; without tokens and names; listed before it is written',
    )
    .option('--run <id>', 'of this run (default: the one that is going on, else the last)')
    .option('-o, --output <file>', 'where it goes (default: steadydancer-report-RUN.tar.gz here)')
    .option('-y, --yes', 'write it without asking')
    .option('--json', 'the list as one JSON document; writes only with --yes')
    .addHelpText('after', example('steadydancer bundle', 'steadydancer bundle --yes --json'))
    .action((options) =>
      action(async () => (await import('./bundle.ts')).bundle(options, io, version)),
    );
}
