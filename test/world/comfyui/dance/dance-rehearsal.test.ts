import { copyFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createComfyClient } from '../../../../src/comfyui/client.ts';
import { Failure } from '../../../../src/contract/failure.ts';
import { startStandIn } from '../../rehearsal/stand-in.ts';
import { danceFolder } from './dance-folder.ts';

const here = danceFolder();
const fixtures = join(import.meta.dirname, '../../../fixtures');

async function standIn(fault?: Parameters<typeof startStandIn>[0]) {
  const server = await startStandIn(fault);
  here.after(server.stop);
  return server;
}

describe('against the rehearsal', () => {
  it('uploads, renders, says that it is a rehearsal, and prints the path alone on stdout', async () => {
    const { url, inputDir } = await standIn();
    const { exitCode, out, said } = await here.run(['mia.png', 'waltz.mp4'], { url, seed: '7' });
    expect(exitCode).toBe(0);
    // An APNG is no MP4, whatever was asked for.
    expect(out).toEqual([here.path('mia-waltz.png')]);
    expect(said[0]).toContain('rehearsal');
    expect(said[1]).toBe('mia.png dances waltz.mp4: 64x112, 13 frames, 0.8 s, seed 7.');
    expect(said.at(-1)).toMatch(
      /13 frames of 64x112, 0\.8 s\. It moves and is not black\. Rendered in/,
    );
    const uploaded = await readdir(inputDir);
    expect(uploaded.map((name) => name.replace(/[0-9a-f]{12}/, '#')).sort()).toEqual([
      'sd_mia_#.png',
      'sd_waltz_#.mp4',
    ]);
    for (const [name, from] of [
      ['sd_mia', 'mia.png'],
      ['sd_waltz', 'waltz.mp4'],
    ] as const) {
      const there = uploaded.find((file) => file.startsWith(name)) ?? '';
      expect(await readFile(join(inputDir, there))).toEqual(await readFile(here.path(from)));
    }
  });

  it('never overwrites: a taken name gets a number, and nothing else is left', async () => {
    const { url } = await standIn();
    await writeFile(here.path('mine.png'), 'a picture of mine');
    for (const n of [2, 3]) {
      const { out } = await here.run(['mia.png', 'waltz.mp4'], { url, output: 'mine.mp4' });
      expect(out).toEqual([here.path(`mine-${n}.png`)]);
    }
    expect(await readFile(here.path('mine.png'), 'utf8')).toBe('a picture of mine');
    expect((await readdir(here.path())).sort()).toEqual([
      ...['mia.png', 'mine-2.png', 'mine-3.png', 'mine.png', 'tom.jpg', 'waltz.mp4'],
    ]);
  });

  it('dances each photo with each clip, as one document', async () => {
    const { url } = await standIn();
    const { exitCode, report, out } = await here.run(['mia.png', 'waltz.mp4', 'tom.jpg'], {
      ...{ url, json: true, output: 'films/', seconds: '0.5' },
    });
    expect(exitCode).toBe(0);
    expect(out).toHaveLength(1);
    expect(report).toMatchObject({ ok: true, rehearsal: true, url });
    expect(report?.outputs.map(({ path }) => path)).toEqual([
      here.path('films/mia-waltz.png'),
      here.path('films/tom-waltz.png'),
    ]);
    expect(report?.dances).toMatchObject([
      { ok: true, frames: 5 },
      { ok: true, frames: 5 },
    ]);
  });

  it('takes a clip that does not say how long it is, and says how much of it is danced', async () => {
    const { url } = await standIn();
    await copyFile(join(fixtures, 'mp4/fragmented.mp4'), here.path('clip.mp4'));
    const { exitCode, said, out } = await here.run(['mia.png', 'clip.mp4'], {
      url,
      seconds: '0.8',
    });
    expect(exitCode).toBe(0);
    expect(out).toEqual([here.path('mia-clip.png')]);
    expect(said.join('\n')).toContain('mia.png dances clip.mp4: 64x112, 13 frames, 0.8 s');
    const all = await here.run(['mia.png', 'clip.mp4'], { url: 'http://127.0.0.1:9' });
    expect(all.said[0]).toBe(
      'The clip does not say how long it is: 5.1 s of it at most are danced.',
    );
  });

  it.each(['film/vp9-opus.webm', 'film/live-vp8.webm', 'film/moving.gif'])(
    'knows how long %s is',
    async (name) => {
      const { url } = await standIn();
      const clip = `clip${extname(name)}`;
      await copyFile(join(fixtures, name), here.path(clip));
      const { exitCode, said } = await here.run(['mia.png', clip], { url, seconds: '9' });
      expect(exitCode).toBe(0);
      expect(said[0]).toMatch(/^The clip has 1\.[01] s, not 9 s; all of it is danced\.$/);
      expect(said.join('\n')).toContain(`mia.png dances ${clip}: 64x112, 17 frames, 1.1 s`);
    },
  );

  it('is taken off the server by Ctrl-C, with exit code 130 and nothing saved', async () => {
    const { url } = await standIn('hang-in-render');
    const client = createComfyClient({ url });
    here.after(() => client.close());
    const running = here.run(['mia.png', 'waltz.mp4'], { url, json: true });
    await expect.poll(async () => (await client.queue()).running.length).toBe(1);
    process.emit('SIGINT', 'SIGINT');
    const { exitCode, report } = await running;
    expect(exitCode).toBe(130);
    expect(report).toMatchObject({ ok: false, error: { code: 'cancelled' } });
    expect(report?.dances[0]?.promptId).toMatch(/\S/);
    await expect.poll(() => client.queue()).toEqual({ running: [], pending: [] });
    expect((await readdir(here.path())).sort()).toEqual(['mia.png', 'tom.jpg', 'waltz.mp4']);
  });

  it.each([
    ['execution-error', 'smoke-render-error'],
    ['out-of-memory', 'smoke-out-of-memory'],
    ['black-video', 'smoke-file-black'],
    ['still-video', 'smoke-file-still'],
    ['file-gone', 'smoke-file-missing'],
  ] as const)('%s is %s, in the document too, and no file is kept', async (fault, code) => {
    const { url } = await standIn(fault);
    const { error, report } = await here.run(['mia.png', 'waltz.mp4'], { url, json: true });
    expect(error).toBeInstanceOf(Failure);
    expect(report).toMatchObject({ ok: false, outputs: [], error: { code } });
    expect((await readdir(here.path())).sort()).toEqual(['mia.png', 'tom.jpg', 'waltz.mp4']);
  });
});
