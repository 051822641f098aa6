import type { Command } from 'commander';
import { type Action, collect, example } from './define.ts';
import type { Io } from './io.ts';

/** `deploy`: an image in a registry, as a pod of Runpod. */
export function defineDeploy(program: Command, action: Action, io: Io): void {
  program
    .command('deploy')
    .description('what a Runpod pod with this image would cost; with --pay: start, test and end it')
    .option('-p, --profile <name>', 'choices from this profile')
    .option('-s, --set <key=value>', 'one choice, on top of the profile (repeatable)', collect, [])
    .option('--image <ref>', 'image in a registry (default: the last that a run pushed)')
    .option('--pay <usd>', 'start it, for so much an hour at most; without it nothing is paid')
    .option('--limit <usd>', 'end it when so much is spent in all (default: two hours)')
    .option('--cloud <cloud>', 'secure (default) or community')
    .option('--data-center <id>', 'only there, EU-RO-1')
    .option('--volume <id>', 'keep the models on this network volume')
    .option('--new-volume', 'make one; costs by the month until you delete it')
    .option('--registry <id>', 'credential that Runpod has for a private registry')
    .option('--keep', 'leave it running after the test')
    .option('--idle <minutes>', 'end it when nothing was rendered for so long')
    .option('--wait <minutes>', 'give up after so long without news (default: 30)')
    .option('--template <file>', 'write the body of a template instead; - is standard output')
    .option('--create-template', 'make that template in your account instead')
    .option('--json', 'one JSON document on stdout')
    .addHelpText(
      'after',
      `\nThe key comes by RUNPOD_API_KEY alone.\n${example(
        'steadydancer deploy --profile runpod-volume-fp8 --image ghcr.io/me/steadydancer:1.0',
        'steadydancer deploy --profile rehearsal --image ghcr.io/me/rehearsal:1 --pay 0.3',
      )}`,
    )
    .action((options) => action(async () => (await import('./deploy.ts')).deploy(options, io)));
}
