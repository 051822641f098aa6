import type { Command } from 'commander';
import { type Action, example } from './define.ts';
import type { Io } from './io.ts';

/** The script for a shell; what it asks then is answered before any command is looked for. */
export function defineCompletions(program: Command, action: Action, io: Io): void {
  program
    .command('completions')
    .argument('<shell>', 'bash, zsh or fish')
    .description('a script for your shell: Tab completes commands, options, profiles and choices')
    .addHelpText(
      'after',
      example(
        'steadydancer completions bash > ~/.local/share/bash-completion/completions/steadydancer',
      ),
    )
    .action((shell) =>
      action(async () => (await import('./completions/completions.ts')).completions(shell, io)),
    );
}
