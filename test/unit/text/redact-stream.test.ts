import { describe, expect, it } from 'vitest';
import { secretsOfEnv } from '../../../src/text/env-secrets.ts';
import { REDACTED } from '../../../src/text/redact.ts';
import { SecretFilter } from '../../../src/text/redact-stream.ts';

const secrets = ['correct-horse-battery', 'pässword/with+signs'];

/** All that comes out when the bytes are given in pieces of this size. */
function through(text: string, size: number): string {
  const filter = new SecretFilter(secrets);
  const bytes = Buffer.from(text);
  const out: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size)
    out.push(filter.push(bytes.subarray(at, at + size)));
  return Buffer.concat([...out, filter.end()]).toString();
}

describe('a stream without its secrets', () => {
  const text = [
    'Step 3: token hf_abcDEF0123456789xyz used',
    'my own correct-horse-battery is not shown',
    'pässword/with+signs, p%C3%A4ssword%2Fwith%2Bsigns',
    '> Authorization: Bearer abc.def-ghi',
    'RUNPOD_API_KEY=rpa_ABCDEFGH12345678 done',
    'GET https://cdn.example/f?X-Amz-Signature=abc123&part=1',
    'progress 10%\rprogress 50%\rhf_abcDEF0123456789xyz\r\n',
    'plain ünïcode stays, \x1b[32mcolour\x1b[0m too',
    'the end hf_abcDEF0123456789xyz',
  ].join('\n');

  it.each([1, 2, 3, 7, 16, 64, 1_000, 100_000])('is the same in pieces of %d bytes', (size) => {
    const clean = through(text, size);
    for (const secret of [
      'hf_abc',
      'correct-horse',
      'pässword',
      'p%C3',
      'abc.def',
      'rpa_',
      'abc123',
    ]) {
      expect(clean).not.toContain(secret);
    }
    expect(clean).toBe(through(text, 100_000));
    expect(clean).toContain('plain ünïcode stays, \x1b[32mcolour\x1b[0m too');
    expect(clean).toContain(`my own ${REDACTED} is not shown`);
    expect(clean).toContain('&part=1');
  });

  it('keeps every byte that is no secret, also those that are no text', () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, at) => at));
    const filter = new SecretFilter(secrets);
    expect(Buffer.concat([filter.push(bytes), filter.end()]).equals(bytes)).toBe(true);
  });

  it('a prompt comes at once, also without a line end', () => {
    const filter = new SecretFilter(secrets);
    expect(Buffer.from(filter.push(Buffer.from('Overwrite? [y/N] '))).toString()).toBe(
      'Overwrite? [y/N] ',
    );
    expect(filter.push(Buffer.from('correct-horse'))).toHaveLength(0);
    expect(Buffer.from(filter.push(Buffer.from('-battery\n'))).toString()).toBe(`${REDACTED}\n`);
  });

  it.each([59_999, 60_000, 61_430, 61_440, 65_530])(
    'a line of a megabyte is let go in pieces, with a secret after %d characters gone',
    (before) => {
      const line = `${'x'.repeat(before)} correct-horse-battery ${'y'.repeat(1e6)}`;
      const clean = through(line, 4_096);
      expect(clean).not.toMatch(/correct|horse|battery/);
      expect(clean).toHaveLength(line.length - 'correct-horse-battery'.length + REDACTED.length);
    },
  );
});

it('secrets of an environment are the values of variables that are called so', () => {
  expect(
    secretsOfEnv({
      HF_TOKEN: 'hf_0123456789',
      RUNPOD_API_KEY: 'rpa_0123456789',
      HF_TOKEN_PATH: '/home/me/token',
      NPM_CONFIG_SECRET: 'yes',
      PATH: '/usr/bin:/bin',
    }),
  ).toEqual(['hf_0123456789', 'rpa_0123456789']);
});
