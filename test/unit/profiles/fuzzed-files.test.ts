import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { choicesSchema } from '../../../src/contract/choices.ts';
import { profileSchema } from '../../../src/contract/profile.ts';
import { migrateProfile } from '../../../src/profiles/migrate-profile.ts';
import { readProfile } from '../../../src/profiles/read-profile.ts';

const valid = {
  schema: 1,
  name: 'mine',
  choices: { recipe: 'rehearsal', smoke: { width: 256 }, port: 8188 },
};
const keys = [
  ...Object.keys(choicesSchema.shape),
  'schema',
  'choices',
  'name',
  '__proto__',
  'constructor',
  'x',
];

/** Near misses: an object with the right keys and any values, and anything that JSON can say. */
const nearMiss = fc
  .tuple(
    fc.dictionary(fc.constantFrom(...keys), fc.jsonValue({ maxDepth: 2 })),
    fc.dictionary(fc.constantFrom(...keys), fc.jsonValue({ maxDepth: 1 })),
    fc.constantFrom(undefined, 0, 1, 2, -1, 1.5, '1', null),
  )
  .map(([outer, choices, schema]) => ({
    ...outer,
    choices,
    ...(schema === undefined ? {} : { schema }),
  }));

/** A good file with bytes cut out or put in. */
const damaged = fc
  .tuple(fc.nat(120), fc.nat(20), fc.string({ maxLength: 4 }))
  .map(([at, cut, put]) => {
    const text = JSON.stringify(valid);
    return text.slice(0, at) + put + text.slice(at + cut);
  });

const anyText = fc.oneof(
  damaged,
  nearMiss.map((value) => JSON.stringify(value)),
  fc.jsonValue().map((value) => JSON.stringify(value)),
  fc.string(),
);

test('10,000 files: each loads, migrates, or is refused with one sentence; none throws', () => {
  let loaded = 0;
  fc.assert(
    fc.property(anyText, (text) => {
      let raw: unknown;
      try {
        raw = JSON.parse(text);
      } catch {
        return;
      }
      const before = JSON.stringify(raw);
      const result = migrateProfile(raw, 'mine');
      expect(JSON.stringify(raw)).toBe(before);
      if (result.ok) {
        loaded += 1;
        expect(profileSchema.parse(result.profile)).toEqual(result.profile);
        expect(migrateProfile(JSON.parse(JSON.stringify(result.profile)), 'mine')).toEqual(result);
      } else {
        expect(result.sentence).toMatch(/^\S.*[^.\n]$/);
        expect(result.sentence).not.toMatch(/failed to|unable to|please|\n/i);
      }
    }),
    { numRuns: 10_000 },
  );
  expect(loaded).toBeGreaterThan(100);
});

test('a key with a control character is named in one line', () => {
  const result = migrateProfile({ schema: 1, choices: { '\rt': 8188, 'a\u001b[2Jb': 1 } }, 'mine');
  expect(result).toEqual({
    ok: false,
    sentence: 'it has a key that is not known here: `choices.\\rt`',
  });
});

test('as files on disk they are read and left as they are', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sd-fuzz-'));
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'mine.json');
  try {
    fc.assert(
      fc.property(fc.oneof(anyText, fc.uint8Array({ maxLength: 200 })), (content) => {
        writeFileSync(path, content);
        const before = readFileSync(path);
        const read = readProfile(path);
        expect(read.state).not.toBe('absent');
        if (read.state === 'unreadable') expect(read.sentence).toContain(path);
        expect(readFileSync(path).equals(before)).toBe(true);
      }),
      { numRuns: 500 },
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
