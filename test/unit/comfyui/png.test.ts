import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { measureFilm } from '../../../src/comfyui/media/pixels.ts';
import { readPng } from '../../../src/comfyui/media/png.ts';
import { UnreadableMedia } from '../../../src/comfyui/media/unreadable.ts';
import { drawDancer, filled } from '../../../src/rehearsal/dancer.ts';
import { encodePng } from '../../../src/rehearsal/png.ts';
import { recording } from './recordings.ts';

const film = (frames: number) =>
  encodePng(
    Array.from({ length: frames }, (_, frame) =>
      drawDancer({ width: 64, height: 112 }, { frame, frames, seed: 3 }),
    ),
    16,
  );

describe('readPng', () => {
  it('decodes the picture that a real ComfyUI wrote', () => {
    const png = readPng(recording('ok_save_view_2').body);
    expect(png).toMatchObject({ frameCount: 1, header: { width: 64, height: 48 } });
    const [picture] = [...png.frames()];
    // EmptyImage was given 16746496 = 0xff8800.
    expect([...(picture?.rgba.subarray(0, 4) ?? [])]).toEqual([255, 136, 0, 255]);
    expect(
      new Set(
        Buffer.from(picture?.rgba ?? [])
          .toString('hex')
          .match(/.{8}/g),
      ),
    ).toEqual(new Set(['ff8800ff']));
  });

  it('decodes what the rehearsal draws, pixel for pixel', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 4 }),
        fc.infiniteStream(fc.integer({ min: 0, max: 255 })),
        (width, height, count, bytes) => {
          const frames = Array.from({ length: count }, () => ({
            width,
            height,
            rgb: Uint8Array.from({ length: width * height * 3 }, () => bytes.next().value),
          }));
          const decoded = [...readPng(encodePng(frames, 8)).frames()].map(({ rgba }) =>
            rgba.filter((_, i) => i % 4 !== 3),
          );
          expect(decoded).toEqual(frames.map(({ rgb }) => rgb));
        },
      ),
      { numRuns: 50 },
    );
  });

  it('sees motion, stills and black', () => {
    expect(readPng(film(9))).toMatchObject({ frameCount: 9, durationMs: 9 * 62.5 });
    expect(measureFilm(readPng(film(9)).frames()).moved).toBeGreaterThan(0.01);
    const black = filled({ width: 8, height: 8 }, [0, 0, 0]);
    const measured = measureFilm(readPng(encodePng([black, black], 8)).frames());
    expect(measured).toMatchObject({ frames: 2, lit: 0, moved: 0, brightest: 0 });
  });

  it('names every way in which a file is cut or changed', () => {
    const whole = film(3);
    for (let length = 0; length < whole.length; length += 97) {
      const cut = whole.subarray(0, length);
      expect(() => [...readPng(cut).frames()]).toThrow(UnreadableMedia);
    }
    const changed = Buffer.from(whole);
    changed[100] = (changed[100] ?? 0) ^ 1;
    expect(() => readPng(changed)).toThrow('checksum');
  });

  it('does not inflate a bomb', () => {
    const small = encodePng([filled({ width: 4000, height: 4000 }, [9, 9, 9])], 1);
    const lying = Buffer.from(small);
    // A header that says 1x1, with a checksum that fits.
    const one = encodePng([filled({ width: 1, height: 1 }, [9, 9, 9])], 1);
    one.copy(lying, 8, 8, 33);
    expect(() => [...readPng(lying).frames()]).toThrow(UnreadableMedia);
  });
});
