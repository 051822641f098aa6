import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve, sep } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { placeOf, safeName } from '../../../src/models/place.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sd-place-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('names of a manifest', () => {
  test.each([
    '../x',
    'a/../../x',
    '/etc/passwd',
    'a//b',
    '.',
    '..',
    '',
    'a/.hidden',
    'a\\b',
    'C:x',
    'a\u0000b',
    'a\u001b[0m',
    'safe\u202egnp.bin',
    'x\u200b.bin',
    'x\u009b31m.bin',
    'x\u2028.bin',
    'x\ufe0f.bin',
    'x\ud800.bin',
    'x.part',
    'x.part.state',
    'a/',
    'x'.repeat(201),
  ])('%j is refused', (name) => {
    expect(() => safeName(name)).toThrow(/does not belong in a models folder/);
  });
  test('the sentence shows code points, not the characters, and names in any script are well', () => {
    expect(() => safeName('a\u202eb\u009bc\u{e0001}d.bin')).toThrow(
      '"a\\u202eb\\u009bc\\u{e0001}d.bin"',
    );
    for (const name of ['modèle/重み.safetensors', 'модель 1.bin'])
      expect(safeName(name)).toBe(name);
  });
  test('no name whatever leads out of the folder', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('.', '/', '\\', 'a', '\0', '~', ' ', ':') }),
        (name) => {
          let safe: string;
          try {
            safe = safeName(name);
          } catch {
            return;
          }
          expect(resolve('/models', safe).startsWith(`/models${sep}`)).toBe(true);
        },
      ),
    );
  });
});

describe('links', () => {
  test('a folder that leads elsewhere is refused, the name itself too', async () => {
    symlinkSync(tmpdir(), join(folder, 'vae'));
    symlinkSync('/etc/passwd', join(folder, 'x.bin'));
    await expect(placeOf(folder, 'vae/x.bin')).rejects.toMatchObject({
      code: 'models-link-escapes',
    });
    await expect(placeOf(folder, 'x.bin')).rejects.toMatchObject({ code: 'models-link-escapes' });
  });
  test('a link that points at nothing is refused: writing would make a file there', async () => {
    symlinkSync('/nonexistent/x', join(folder, 'x.bin'));
    await expect(placeOf(folder, 'x.bin')).rejects.toMatchObject({ code: 'models-link-escapes' });
  });
  test('a link that stays inside is followed, and the folder itself may be one', async () => {
    mkdirSync(join(folder, 'real'));
    symlinkSync('real', join(folder, 'vae'));
    const other = join(tmpdir(), `sd-place-link-${process.pid}`);
    symlinkSync(folder, other);
    try {
      expect((await placeOf(other, 'vae/x.bin')).path).toBe(join(other, 'vae', 'x.bin'));
    } finally {
      rmSync(other);
    }
  });
});
