import type { Command } from 'commander';
import { type Action, example } from './define.ts';
import type { Io } from './io.ts';

/** `push`: an image that was built here, into a registry. */
export function definePush(program: Command, action: Action, io: Io): void {
  program
    .command('push')
    .description("push an image to a registry, with the logins of docker's own config")
    .requiredOption('--to <ref>', 'where to: REGISTRY/NAME:TAG, ACCOUNT/NAME:TAG on Docker Hub')
    .option('--image <ref>', 'this image (default: the one of the last run)')
    .option('-p, --profile <name>', 'the image of the last run of this profile')
    .option('--promote <tag>', 'then move this tag to it; only if a run here tested the image')
    .option('--large-layers', "also layers over the registry's limit")
    .option('--json', 'one JSON document on stdout')
    .addHelpText(
      'after',
      example(
        'steadydancer push --to ghcr.io/me/steadydancer:1.0',
        'steadydancer push --to ghcr.io/me/steadydancer:rc --promote nightly --json',
      ),
    )
    .action((options) => action(async () => (await import('./push.ts')).push(options, io)));
}
