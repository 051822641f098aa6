import type { Command } from 'commander';
import { type Action, example } from './define.ts';
import type { Io } from './io.ts';

/** The command that frees space. */
export function defineClean(program: Command, action: Action, io: Io): void {
  program
    .command('clean')
    .description(
      'list what can be removed, with sizes; removes after y, or with --yes and the kinds named. Never models, never outputs',
    )
    .option('--cache', 'build cache that the last run does not need')
    .option('--images', 'images that no container uses')
    .option('--containers', 'our containers that broke')
    .option('--runs', 'logs and reports of older runs')
    .option('--contexts', 'build contexts of earlier runs')
    .option('-y, --yes', 'remove without a question; only what is named')
    .option('--json', 'the list as one JSON document; removes only with --yes')
    .addHelpText('after', example('steadydancer clean', 'steadydancer clean --cache --runs --yes'))
    .action((options) => action(async () => (await import('./clean.ts')).clean(options, io)));
}
