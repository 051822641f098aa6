import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type Docker from 'dockerode';
import { pack } from 'tar-stream';
import { afterAll, describe, expect, it } from 'vitest';
import { imageFile, unpacked } from '../../../src/build/image-file.ts';
import { packedAs, saveImage } from '../../../src/build/save-image.ts';

const dir = mkdtempSync(join(tmpdir(), 'sd-save-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const never = new AbortController().signal;
const engine = (get: () => Readable) =>
  ({ getImage: () => ({ get: async () => get() }) }) as unknown as Docker;
const tar = async () => {
  const archive = pack();
  archive.entry({ name: 'manifest.json' }, '[]'.repeat(5_000));
  archive.finalize();
  return buffer(archive);
};
const inPieces = (bytes: Buffer) => {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += 700) pieces.push(bytes.subarray(at, at + 700));
  return Readable.from(pieces);
};

describe('an image as a file', () => {
  it('holds what the engine gave, packed so that it is known again', async () => {
    const bytes = await tar();
    const path = join(dir, 'new', `image.tar.${packedAs}`);
    const seen: number[] = [];
    const size = await saveImage(
      engine(() => inPieces(bytes)),
      { image: 'x', bytes: bytes.length, path, onBytes: (read) => seen.push(read) },
      never,
    );
    const file = await imageFile(path);
    expect(file).toMatchObject({ bytes: size, packing: packedAs === 'zst' ? 'zstd' : 'gzip' });
    expect((await buffer(unpacked(file))).equals(bytes)).toBe(true);
    expect(seen.at(-1)).toBe(bytes.length);
    expect(readdirSync(join(dir, 'new'))).toEqual([`image.tar.${packedAs}`]);
  });

  it.each([
    ['is cut off', async () => inPieces((await tar()).subarray(0, 3_000)), 'image-not-saved'],
    [
      'breaks',
      async () =>
        Readable.from(
          (async function* () {
            yield Buffer.alloc(2_000);
            throw new Error('socket hang up');
          })(),
        ),
      'image-not-saved',
    ],
  ])('that %s leaves nothing', async (_what, source, code) => {
    const got = await source();
    const path = join(dir, 'cut', 'image');
    const what = { image: 'x', bytes: null, path, onBytes: () => undefined };
    await expect(
      saveImage(
        engine(() => got),
        what,
        never,
      ),
    ).rejects.toMatchObject({ code });
    expect(readdirSync(join(dir, 'cut'))).toEqual([]);
  });

  it('that does not fit is not begun', async () => {
    const path = join(dir, 'full', 'image');
    const what = { image: 'x', bytes: 1e18, path, onBytes: () => undefined };
    const saved = saveImage(
      engine(() => Readable.from([])),
      what,
      never,
    );
    await expect(saved).rejects.toMatchObject({
      code: 'image-file-no-space',
      details: { exitCode: 16 },
    });
  });

  it('a folder that is none is named', async () => {
    writeFileSync(join(dir, 'file'), '');
    const what = {
      image: 'x',
      bytes: null,
      path: join(dir, 'file/image'),
      onBytes: () => undefined,
    };
    const saved = saveImage(
      engine(() => Readable.from([])),
      what,
      never,
    );
    await expect(saved).rejects.toMatchObject({ code: 'image-file-not-writable' });
  });

  it('that is stopped leaves nothing', async () => {
    const stop = new AbortController();
    const endless = Readable.from(
      (async function* () {
        for (;;) yield Buffer.alloc(1_000);
      })(),
    );
    const path = join(dir, 'stopped', 'image');
    const onBytes = (read: number) => {
      if (read > 50_000) stop.abort(new Error('enough'));
    };
    const saved = saveImage(
      engine(() => endless),
      { image: 'x', bytes: null, path, onBytes },
      stop.signal,
    );
    await expect(saved).rejects.toThrow('enough');
    expect(readdirSync(join(dir, 'stopped'))).toEqual([]);
  });
});
