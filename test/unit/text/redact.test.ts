import { describe, expect, it } from 'vitest';
import { redact } from '../../../src/text/redact.ts';

describe('redact', () => {
  it.each([
    ['token hf_abcDEF0123456789xyz used', 'token [redacted] used'],
    ['RUNPOD_API_KEY=rpa_ABCDEFGH12345678', 'RUNPOD_API_KEY=[redacted]'],
    ['{"HF_TOKEN":"anything at all"}', '{"HF_TOKEN":"[redacted] at all"}'],
    [
      'curl -H "Authorization: Bearer abc.def-ghi" https://x',
      'curl -H "Authorization: [redacted]" https://x',
    ],
    ['authorization: Basic dXNlcjpwYXNz', 'authorization: [redacted]'],
    [
      'git clone https://me:s3cret@git.example/a.git',
      'git clone https://[redacted]@git.example/a.git',
    ],
    ['http://user@proxy:3128 used', 'http://[redacted]@proxy:3128 used'],
    [
      'GET https://cdn.example/f?X-Amz-Signature=abc123&X-Amz-Date=20260101&part=1',
      'GET https://cdn.example/f?X-Amz-Signature=[redacted]&X-Amz-Date=[redacted]&part=1',
    ],
    [
      'https://x/y?Policy=eyJ&Signature=a~b_&Key-Pair-Id=K1',
      'https://x/y?Policy=[redacted]&Signature=[redacted]&Key-Pair-Id=[redacted]',
    ],
    ['ghp_0123456789abcdefghij', '[redacted]'],
  ])('%j', (given, expected) => {
    expect(redact(given)).toBe(expected);
  });

  it.each([
    'Downloading torch-2.7.0+cu128 (766.9 MB) from https://download.pytorch.org/whl/cu128',
    'docker.io/library/python@sha256:abcdef, user@example at 12:30',
    'INVALID_TOKEN: the parser stopped',
  ])('leaves %j alone', (text) => {
    expect(redact(text)).toBe(text);
  });

  it('hides home, user, host and given secrets when told', () => {
    const hide = { home: '/home/ann', user: 'ann', host: 'atelier-2', secrets: ['opensesame'] };
    expect(redact('ann@atelier-2:/home/ann/x opensesame, annotated', hide)).toBe(
      '<user>@<host>:~/x [redacted], annotated',
    );
  });

  it('is quick on a long line without end', () => {
    const started = performance.now();
    redact(`https://${'a'.repeat(300_000)} ${'A_'.repeat(150_000)} ${'a.'.repeat(100_000)}`);
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});
