// The pictures were written by ffmpeg 5.1 (WebP) and Pillow 12 (JPEG) from ffmpeg's test picture.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pictureSize, readPictureSize } from '../../../src/comfyui/media/picture-size.ts';
import { UnreadableMedia } from '../../../src/comfyui/media/unreadable.ts';

const picture = (name: string) => join(import.meta.dirname, '../../fixtures/pictures', name);

describe('the size of a picture', () => {
  it.each([
    ['plain.png', 'png', 96, 128],
    ['progressive.jpg', 'jpeg', 96, 128],
    ['lossy.webp', 'webp', 96, 128],
    ['lossless.webp', 'webp', 96, 128],
    ['alpha.webp', 'webp', 96, 128],
  ])('%s is a %s of %ix%i', async (name, format, width, height) => {
    expect(await readPictureSize(picture(name))).toEqual({ format, width, height });
  });

  it('is as a person sees it: a phone’s photo on its side', async () => {
    expect(await readPictureSize(picture('turned.jpg'))).toMatchObject({ width: 128, height: 96 });
  });

  it('is an error of its own for any bytes and any cut, never a crash', async () => {
    for (const name of ['turned.jpg', 'alpha.webp', 'plain.png']) {
      const whole = await readFile(picture(name));
      for (let length = 0; length < Math.min(700, whole.length); length += 3) {
        try {
          pictureSize(whole.subarray(0, length));
        } catch (error) {
          expect(error).toBeInstanceOf(UnreadableMedia);
        }
      }
    }
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.integer({ min: 0, max: 2 }),
        (tail, kind) => {
          const start = [
            Buffer.from([0xff, 0xd8, 0xff]),
            Buffer.from('RIFF0000WEBP'),
            Buffer.alloc(0),
          ];
          try {
            pictureSize(Buffer.concat([start[kind] as Buffer, tail]));
          } catch (error) {
            expect(error).toBeInstanceOf(UnreadableMedia);
          }
        },
      ),
    );
  });
});
