import type { Command } from 'commander';
import { type Action, collect, example } from './define.ts';
import type { Io } from './io.ts';

/** Commands that look and say, and change nothing. */
export function defineInspection(program: Command, action: Action, io: Io): void {
  program
    .command('plan')
    .description('what a run would do and cost; changes nothing')
    .option('-p, --profile <name>', 'choices from this profile')
    .option('-s, --set <key=value>', 'one choice, on top of the profile (repeatable)', collect, [])
    .option('--json', 'one JSON document on stdout')
    .addHelpText('after', example('steadydancer plan --profile rtx-4090-fp8'))
    .action((options) => action(async () => (await import('./plan.ts')).plan(options, io)));

  program
    .command('doctor')
    .description('check this machine: GPU, driver, Docker, disk, memory, ports')
    .option('--fix', 'apply the safe fixes after a y')
    .option('-y, --yes', 'with --fix: apply without asking')
    .option('--no-network', 'leave the network checks out')
    .option('--json', 'one JSON document on stdout')
    .addHelpText('after', example('steadydancer doctor'))
    .action((options) => action(async () => (await import('./doctor.ts')).doctor(options, io)));

  program
    .command('diagnose')
    .argument('[file]', 'a log, a run or its folder; - or nothing reads standard input')
    .description('find the cause of a failure in a log, from this tool or any other')
    .option('--run [id]', 'a run of this machine (default: the last)')
    .option('--container <name>', 'what a container printed, and how it ended')
    .option('--codes', 'list the failures that are known')
    .option('--json', 'one JSON document on stdout')
    .addHelpText(
      'after',
      example('steadydancer diagnose build.log', 'steadydancer diagnose --container comfyui'),
    )
    .action((file, options) =>
      action(async () => (await import('./diagnose.ts')).diagnose(file, options, io)),
    );

  program
    .command('smoke')
    .description('test any ComfyUI: reachable, nodes, models, a workflow, a rendered file')
    .requiredOption('--url <url>', 'address of the ComfyUI; user:password@ is sent as basic auth')
    .option('--workflow <file>', 'a workflow in API format')
    .option('--timeout <seconds>', 'limit for the whole test')
    .option('--out <folder>', 'where the produced files go (default: ./smoke)')
    .option('--insecure', 'accept a certificate that nobody vouches for')
    .option('--json', 'one JSON document on stdout')
    .addHelpText('after', example('steadydancer smoke --url http://127.0.0.1:8188'))
    .action((options) => action(async () => (await import('./smoke.ts')).smoke(options, io)));
}
