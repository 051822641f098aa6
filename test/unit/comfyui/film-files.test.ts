// WebM, GIF and WebP as ComfyUI's own nodes (SaveWEBM, SaveAnimatedWEBP) and VideoHelperSuite save them.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readGif } from '../../../src/comfyui/media/gif.ts';
import { inspectMedia } from '../../../src/comfyui/media/inspect.ts';
import { UnreadableMedia } from '../../../src/comfyui/media/unreadable.ts';
import { judgeMedia } from '../../../src/comfyui/smoke/judge-media.ts';
import { Failure } from '../../../src/contract/failure.ts';

const film = (name: string) => join(import.meta.dirname, '../../fixtures/film', name);
const expected = { width: 64, height: 112, frames: 17 };
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sd-film-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function verdict(name: string, more = {}) {
  try {
    return judgeMedia(name, await inspectMedia(film(name)), { ...expected, ...more }).detail;
  } catch (error) {
    if (error instanceof Failure) return error.code;
    throw error;
  }
}

describe('a film that is saved otherwise than as MP4', () => {
  // Frames and lengths: what ffprobe -count_packets says of the same files.
  it.each([
    ['moving-vp9.webm', 'vp9', 1063, false],
    ['moving-av1.webm', 'av1', 1063, false],
    ['vp9-opus.webm', 'vp9', 1070, true],
    ['live-vp8.webm', 'vp8', 1062, false],
    ['moving.webp', 'webp', 1064, false],
  ])('%s is read without decoding it: %s', async (name, codec, durationMs, hasAudio) => {
    const seen = await inspectMedia(film(name));
    expect(seen).toMatchObject({ kind: 'coded', codec, ...expected, hasAudio });
    if (seen.kind !== 'coded') throw new TypeError(seen.kind);
    expect(Math.abs(seen.durationMs - durationMs)).toBeLessThan(10);
    expect(seen.sampleSizes).toHaveLength(17);
  });

  it('GIF is decoded, pixel by pixel as ffmpeg decodes it', async () => {
    for (const name of ['moving.gif', 'part.gif']) {
      const seen = await inspectMedia(film(name));
      expect(seen).toMatchObject({ kind: 'pixels', mime: 'image/gif', measures: expected });
      const frames = [...readGif(await readFile(film(name))).frames()];
      const reference = await readFile(film(name.replace('.gif', '-last.rgba')));
      expect(Buffer.from(frames.at(-1)?.rgba ?? []).equals(reference)).toBe(true);
    }
  });

  it.each([
    ['moving-vp9.webm', /17 frames of 64x112, vp9, 1\.1 s\. It moves; black cannot be told/],
    ['moving-av1.webm', /av1, 1\.1 s\. Black or still cannot be told without decoding av1/],
    ['moving.gif', /17 frames of 64x112, 1\.\d s\. It moves and is not black/],
    ['moving.webp', /Black or still cannot be told without decoding webp/],
    ['still-vp9.webm', /^smoke-file-still$/],
    ['still.gif', /^smoke-file-still$/],
    ['still.webp', /^smoke-file-still$/],
    ['black.gif', /^smoke-file-black$/],
  ])('%s: %s', async (name, words) => {
    expect(await verdict(name)).toMatch(words);
  });

  it('a film that changes once is no still, though most of its frames are empty', async () => {
    const once = await inspectMedia(film('still-vp9.webm'));
    if (once.kind !== 'coded') throw new TypeError(once.kind);
    const sampleSizes = once.sampleSizes.with(9, 400);
    expect(judgeMedia('once.webm', { ...once, sampleSizes }, {}).detail).toContain('It moves');
  });

  it('another size or number of frames is told; fewer only where the format leaves frames out', async () => {
    expect(await verdict('moving-vp9.webm', { width: 80 })).toBe('smoke-file-size');
    expect(await verdict('moving-vp9.webm', { frames: 33 })).toBe('smoke-file-size');
    expect(await verdict('moving.gif', { frames: 33 })).toMatch(/17 frames/);
    expect(await verdict('moving.gif', { frames: 9 })).toBe('smoke-file-size');
  });

  it.each(['moving-vp9.webm', 'part.gif', 'moving.webp'])(
    '%s that is cut anywhere is named as broken, never a crash',
    async (name) => {
      const whole = await readFile(film(name));
      const path = join(folder, name);
      for (let length = 16; length < whole.length; length += 397) {
        await writeFile(path, whole.subarray(0, length));
        await expect(inspectMedia(path), `${length} bytes`).rejects.toThrow(UnreadableMedia);
      }
    },
  );

  it.each(['moving-vp9.webm', 'live-vp8.webm', 'part.gif', 'still.webp'])(
    '%s with any changed byte of its head is read or named as broken',
    async (name) => {
      const whole = await readFile(film(name));
      const path = join(folder, name);
      for (let at = 0; at < Math.min(whole.length, 700); at += 13) {
        const changed = Buffer.from(whole);
        changed[at] = (changed[at] ?? 0) ^ 0xff;
        await writeFile(path, changed);
        await inspectMedia(path).catch((error) => {
          expect(error, `byte ${at}`).toBeInstanceOf(UnreadableMedia);
        });
      }
    },
  );
});
