import type { Command } from 'commander';
import { type Action, collect, example } from './define.ts';
import type { Io } from './io.ts';

/** Commands over files that stay: models and profiles. */
export function defineModels(program: Command, action: Action, io: Io): void {
  program
    .command('models')
    .argument('<action>', 'pull, verify, list, where, remove')
    .argument('[files...]', 'with remove: which, by their names in the folder')
    .description('fetch, check and list the model files, without the rest of a run')
    .option('--manifest <file>', 'other files: JSON with file and url, or repo and path, of each')
    .option('--dest <folder>', 'models folder (default ~/steadydancer/models)')
    .option('--placement <where>', 'folder, or volume: in Docker itself, filled by a container')
    .option('--variant <weights>', 'fp8, fp16, gguf-q4_k_m, gguf-q5_k_m, gguf-q6_k, gguf-q8_0')
    .option('--text-encoder <weights>', 'fp8 or bf16')
    .option('--hub <url>', 'mirror of the hub (default HF_ENDPOINT, else the hub)')
    .option('--token-to-mirror', 'send HF_TOKEN to that mirror too')
    .option(
      '--reuse <folder>',
      'look here for files that are there already (repeatable)',
      collect,
      [],
    )
    .option('--replace', 'overwrite files that are not the right ones')
    .option('--connections <n>', 'for each file (default 8)')
    .option('--limit-rate <MB/s>', 'for all files together')
    .option('-y, --yes', 'with remove: do not ask')
    .option('--json', 'model events, then one JSON document, on stdout')
    .addHelpText('after', example('steadydancer models pull --variant fp8 --dest /data/models'))
    .action((what, files, options) =>
      action(async () => (await import('./models.ts')).models(what, { ...options, files }, io)),
    );

  program
    .command('profiles')
    .argument('[action]', 'list, show, save, copy, rename, delete, export, import, default', 'list')
    .argument('[names...]', 'what the action works on')
    .description('saved choices')
    .option('-s, --set <key=value>', 'with save: one choice (repeatable)', collect, [])
    .option('-y, --yes', 'do not ask before deleting')
    .option('--json', 'one JSON document on stdout')
    .addHelpText('after', example('steadydancer profiles list'))
    .action((what, names, options) =>
      action(async () => (await import('./profiles.ts')).profiles(what, names, options, io)),
    );
}
