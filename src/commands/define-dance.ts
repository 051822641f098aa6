import type { Command } from 'commander';
import { type Action, example } from './define.ts';
import type { Io } from './io.ts';

/** What the program is for: a photo, a clip, and a film of the one dancing like the other. */
export function defineDance(program: Command, action: Action, io: Io): void {
  program
    .command('dance')
    .argument('<photo>', 'picture of a person: PNG, JPEG or WebP')
    .argument('<clip>', 'video of somebody who dances: MP4, MOV or WebM')
    .argument('[more...]', 'more photos and clips: each photo dances each clip')
    .description('make the person in a photo dance like the person in a clip')
    .option('-o, --output <file>', 'the film, or a folder; a name that is taken gets a number')
    .option('--prompt <text>', 'what is to be seen')
    .option('--seconds <number>', 'how much of the clip (default: all of it)')
    .option('--size <WxH>', 'pixels, multiples of 16 (default: by the shape of the photo)')
    .option('--seed <number>', 'same seed, same film (default: a new one each time)')
    .option('--drawn', 'the clip shows a skeleton on black already: look for no poses')
    .option('--anyway', 'render although the estimate says that memory is too small')
    .option('-p, --profile <name>', "with this profile's container")
    .option('--url <url>', 'with any ComfyUI that has SteadyDancer')
    .option('--insecure', 'with --url: accept a certificate that nobody vouches for')
    .option('--json', 'one JSON document on stdout')
    .addHelpText(
      'after',
      example(
        'steadydancer dance photo.jpg clip.mp4',
        'steadydancer dance photo.jpg clip.mp4 -o dance.mp4 --seconds 5',
      ),
    )
    .action((photo, clip, more, options) =>
      action(async () => (await import('./dance.ts')).dance([photo, clip, ...more], options, io)),
    );
}
