import type { Command } from 'commander';
import { type Action, example } from './define.ts';
import type { Io } from './io.ts';

/** The command that moves the pins. */
export function defineUpdate(program: Command, action: Action, io: Io): void {
  program
    .command('update')
    .description(
      'see what ComfyUI and its node packs moved to; build and test it beside what runs, and take it only when the test passed',
    )
    .option('-p, --profile <name>', 'the pins of this profile')
    .option('--check', 'only look: what moved, from which commit to which')
    .option('--back', 'return to the pins and the image that were good before')
    .option('-y, --yes', 'build and test without a question')
    .option('--json', 'one JSON document on stdout')
    .addHelpText(
      'after',
      example(
        'steadydancer update --check',
        'steadydancer update --profile rtx-4090-fp8 --yes',
        'steadydancer update --profile rtx-4090-fp8 --back',
      ),
    )
    .action((options) => action(async () => (await import('./update.ts')).update(options, io)));
}
