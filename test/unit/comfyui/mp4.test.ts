// The films were written by ffmpeg 7.1 (libx264, aac, apng) from its test picture.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inspectMedia } from '../../../src/comfyui/media/inspect.ts';
import { readMp4 } from '../../../src/comfyui/media/mp4.ts';
import { UnreadableMedia } from '../../../src/comfyui/media/unreadable.ts';

const film = (name: string) => join(import.meta.dirname, '../../fixtures/mp4', name);
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sd-mp4-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('readMp4', () => {
  // What ffprobe -count_frames says of the same files.
  it.each([
    ['h264-17-frames.mp4', 17, 1062.5, false],
    ['h264-aac-faststart.mp4', 16, 1000, true],
    ['fragmented.mp4', 17, 0, false],
  ])('%s has %i frames', async (name, sampleCount, durationMs, hasAudio) => {
    const seen = await readMp4(film(name));
    expect(seen).toMatchObject({
      ...{ codec: 'avc1', width: 64, height: 112, sampleCount, durationMs, hasAudio },
    });
  });

  it('names every cut; where only the end of the media is missing, too', async () => {
    const whole = await readFile(film('h264-aac-faststart.mp4'));
    const path = join(folder, 'cut.mp4');
    for (let length = 0; length < whole.length; length += 211) {
      await writeFile(path, whole.subarray(0, length));
      await expect(readMp4(path)).rejects.toThrow(UnreadableMedia);
    }
  });

  it('survives any changed byte of the index', async () => {
    const whole = await readFile(film('h264-17-frames.mp4'));
    const path = join(folder, 'changed.mp4');
    for (let at = whole.indexOf('moov') - 4; at < whole.length; at += 7) {
      const changed = Buffer.from(whole);
      changed[at] = (changed[at] ?? 0) ^ 0xff;
      await writeFile(path, changed);
      const end = await readMp4(path).catch((error) => error);
      expect(end instanceof Error ? end : null).toSatisfy(
        (error) => error === null || error instanceof UnreadableMedia,
      );
    }
  });
});

describe('inspectMedia', () => {
  it('decodes an animated PNG whose frames are parts of the picture', async () => {
    expect(await inspectMedia(film('ffmpeg-delta.apng'))).toMatchObject({
      kind: 'pixels',
      mime: 'image/apng',
      measures: { frames: 5, width: 32, height: 32 },
    });
  });

  it('goes by content, not by name', async () => {
    const path = join(folder, 'film.png');
    await writeFile(path, await readFile(film('h264-17-frames.mp4')));
    expect(await inspectMedia(path)).toMatchObject({
      kind: 'coded',
      mime: 'video/mp4',
      frames: 17,
    });
    await writeFile(path, Buffer.from('ffd8ffe000104a46494600010101', 'hex'));
    expect(await inspectMedia(path)).toEqual({ kind: 'other', mime: 'image/jpeg' });
    await writeFile(path, '');
    expect(await inspectMedia(path)).toEqual({ kind: 'other', mime: null });
  });
});
