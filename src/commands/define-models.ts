import type { Command } from 'commander';
import type { Io } from './io.ts';
import type { Action } from './program.ts';

const example = (line: string) => `\nExample:\n  ${line}`;

/** Commands over files that stay: models and profiles. */
export function defineModels(program: Command, action: Action, io: Io): void {
  program
    .command('profiles')
    .argument('[action]', 'list, show, save, copy, rename, delete, export, import, default', 'list')
    .argument('[names...]', 'what the action works on')
    .description('saved choices')
    .option(
      '-s, --set <key=value>',
      'with save: one choice (repeatable)',
      (v, a: string[]) => [...a, v],
      [],
    )
    .option('-y, --yes', 'do not ask before deleting')
    .option('--json', 'one JSON document on stdout')
    .addHelpText('after', example('steadydancer profiles list'))
    .action((what, names, options) =>
      action(async () => (await import('./profiles.ts')).profiles(what, names, options, io)),
    );
}
