import { execFileSync } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { DanceCommandOptions } from '../../../../src/commands/dance.ts';
import { Failure, UsageError } from '../../../../src/contract/failure.ts';
import { danceFolder } from './dance-folder.ts';

const here = danceFolder();

describe('wrong input is said before anything is asked', () => {
  const url = 'http://127.0.0.1:9';
  it.each<[string[], DanceCommandOptions, RegExp]>([
    [['mia.png', 'absent.mp4'], {}, /absent\.mp4 cannot be used: it is not there/],
    [['pipe', 'pipe'], {}, /pipe cannot be used: it is a pipe/],
    [['mia.png', 'noise.mp4'], {}, /noise\.mp4 cannot be used: it is neither/],
    [['mia.png', 'cut.mp4'], {}, /cut\.mp4 cannot be used: the MP4/],
    [['phone.heic', 'waltz.mp4'], {}, /heic picture; save it as JPEG/],
    [['dot.png', 'waltz.mp4'], {}, /only 8x8 pixels/],
    [['mia.png', 'tom.jpg'], {}, /needs a clip/],
    [['waltz.mp4', 'waltz.mp4'], {}, /needs a photo/],
    [['mia.png', 'waltz.mp4'], { size: '480x830' }, /multiples of 16.*nearest is 480x832/],
    [['mia.png', 'waltz.mp4'], { size: 'large' }, /--size takes WIDTHxHEIGHT/],
    [['mia.png', 'waltz.mp4'], { seconds: '0' }, /--seconds takes/],
    [['mia.png', 'waltz.mp4'], { seed: '-1' }, /--seed takes/],
    [['mia.png', 'tom.jpg', 'waltz.mp4'], { output: 'one.mp4' }, /2 films need a folder/],
    // Not after an hour of rendering.
    [['mia.png', 'waltz.mp4'], { output: 'tom.jpg/x.mp4' }, /tom\.jpg cannot be written \(/],
  ])('%j %j', async (files, options, sentence) => {
    // Nobody writes to it: whoever opens it waits for ever.
    if (files[0] === 'pipe') execFileSync('mkfifo', [here.path('pipe')]);
    await writeFile(here.path('noise.mp4'), 'no film at all, only words');
    const whole = await readFile(here.path('waltz.mp4'));
    await writeFile(here.path('cut.mp4'), whole.subarray(0, whole.length / 2));
    await writeFile(here.path('phone.heic'), Buffer.from('\0\0\0\x18ftypheic\0\0\0\0'));
    const dot = await readFile(here.path('mia.png'));
    dot.writeUInt32BE(8, 16);
    dot.writeUInt32BE(8, 20);
    await writeFile(here.path('dot.png'), dot);
    const { error, report } = await here.run(files, { url, json: true, ...options });
    expect((error as Error).message).toMatch(sentence);
    const code = error instanceof Failure ? error.details.exitCode : null;
    expect(error instanceof UsageError || code === 2).toBe(true);
    expect(report).toMatchObject({ ok: false, url: null });
    expect(report?.dances).toEqual([]);
  });

  it('a folder that does not exist yet is looked at and not left behind', async () => {
    const { error } = await here.run(['mia.png', 'waltz.mp4'], { url, output: 'new/films/' });
    expect((error as Failure).code).toBe('comfyui-unreachable');
    expect((error as Failure).details.phase).toBe('smoke');
    expect((await readdir(here.path())).sort()).toEqual(['mia.png', 'tom.jpg', 'waltz.mp4']);
  });
});
