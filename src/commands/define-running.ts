import type { Command } from 'commander';
import { phaseIds } from '../contract/ids.ts';
import { type Action, collect, example } from './define.ts';
import type { Io } from './io.ts';

/** Commands that build, start, follow and stop. */
export function defineRunning(program: Command, action: Action, io: Io): void {
  program
    .command('run')
    .description('build, start and test, by a profile or by choices; without questions under --yes')
    .option('-p, --profile <name>', 'choices from this profile')
    .option('-s, --set <key=value>', 'one choice, on top of the profile (repeatable)', collect, [])
    .option('--image <ref>', 'build nothing, use this image')
    .option('-y, --yes', 'answer questions with their written defaults')
    .option('--json', 'one event a line on stdout; the last line is the result')
    .option('--plain', 'lines instead of screens, also in a terminal')
    .option('--until <phase>', `stop after this phase: ${phaseIds.join(', ')}`)
    .option('--from <phase>', 'do this phase and later ones again, only look at earlier ones')
    .option('--stop-after', 'stop and remove the container when the test is over')
    .option('--no-cache', 'build every step again')
    .option('--pull', 'ask registries for newer base images')
    .option('--detach', 'start in the background and return at once')
    .option('--builder <transport>', 'buildx or engine (default: buildx where it is there)')
    .option('--wait <minutes>', 'wait this long for a busy GPU')
    .option('--expose', 'confirm that `listen` may be an address beyond this computer')
    .option('--push-to <ref>', 'push the image there: REGISTRY/NAME:TAG')
    .option('--promote <tag>', 'move this tag to the pushed image, after it passed its test')
    .option('--pay <usd>', 'with target=runpod: then test it on a pod, for so much an hour at most')
    .option('--pay-limit <usd>', 'end the pod when so much is spent (default: two hours)')
    .option('--keep-pod', 'leave the pod running after its test')
    .option('--large-layers', "push also layers over the registry's limit")
    .option('--summary <file>', 'also write the result as Markdown')
    .option('--install-docker', 'install and start a Docker engine where none is (root rights)')
    .addHelpText(
      'after',
      example(
        'steadydancer run --profile rehearsal --yes',
        'steadydancer run --profile rehearsal --set port=8190 --yes --json',
      ),
    )
    .action((options) => action(async () => (await import('./run.ts')).run(options, io)));

  program
    .command('attach')
    .argument('[run]', 'id of a run (default: the one that is going on, else the last)')
    .description('show a run from its beginning and follow it; leaving does not stop it')
    .option('--plain', 'lines instead of screens, also in a terminal')
    .option('--json', 'its events, one a line')
    .addHelpText('after', example('steadydancer attach', 'steadydancer attach --on mia@gpu-box'))
    .action((run, options) =>
      action(async () => (await import('./attach.ts')).attach(run, options, io)),
    );

  program
    .command('logs')
    .argument('[run]', 'id of a run (default: the one that is going on, else the last)')
    .description('the build log of a run')
    .option('-f, --follow', 'go on while the run goes on')
    .option('--container', "the container's log instead")
    .option('--pod [id]', "a rented pod's instead (default: our last one)")
    .option('--json', "the run's events instead, one a line")
    .addHelpText('after', example('steadydancer logs -f'))
    .action((run, options) =>
      action(async () => (await import('./logs.ts')).logs(run, options, io)),
    );

  program
    .command('start')
    .description('start the container of the last run again; builds and tests nothing')
    .option('-p, --profile <name>', 'of this profile')
    .option('--json', 'one JSON document on stdout')
    .addHelpText('after', example('steadydancer start'))
    .action((options) => action(async () => (await import('./start.ts')).start(options, io)));

  program
    .command('stop')
    .description('stop our containers, end our pods; with --run stop the run that is going on')
    .option('-p, --profile <name>', 'only of this profile')
    .option('--run', 'stop the run that is going on; finished steps are kept')
    .option('--json', 'one JSON document on stdout')
    .addHelpText('after', example('steadydancer stop'))
    .action((options) => action(async () => (await import('./stop.ts')).stop(options, io)));

  program
    .command('status')
    .description('what runs, and what earlier runs left')
    .option('--json', 'one JSON document on stdout')
    .addHelpText('after', example('steadydancer status --json'))
    .action((options) => action(async () => (await import('./status.ts')).status(options, io)));

  program
    .command('open')
    .description('open ComfyUI in the browser, or say how to reach it from where you sit')
    .option('-p, --profile <name>', 'of this profile')
    .option('--json', 'one JSON document on stdout')
    .addHelpText('after', example('steadydancer open'))
    .action((options) => action(async () => (await import('./open.ts')).open(options, io)));
}
