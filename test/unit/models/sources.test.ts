import { describe, expect, test } from 'vitest';
import { UsageError } from '../../../src/contract/failure.ts';
import {
  addressOf,
  headersFor,
  hubAccess,
  standing,
  withoutQuery,
} from '../../../src/models/hub-access.ts';
import { ggufFile } from '../../../src/models/tree.ts';
import { parseManifest, wantedModel } from '../../../src/models/wanted.ts';
import { models } from '../../../src/recipe/models.ts';

const env = { HOME: '/nonexistent', HF_TOKEN: 'hf_secret' };
const origin = { kind: 'hub' as const, repo: 'a/b', revision: 'main', path: 'x y/z.bin' };
const tokenAt = (url: string, access: ReturnType<typeof hubAccess>) =>
  headersFor(new URL(url), access).authorization;

describe('the token', () => {
  test('goes to the hub itself, over https, and nowhere else', () => {
    const access = hubAccess(env);
    expect(tokenAt('https://huggingface.co/a/b', access)).toBe('Bearer hf_secret');
    for (const url of [
      'https://cdn-lfs.huggingface.co/a',
      'https://huggingface.co.example.org/a',
      'http://huggingface.co/a',
      'https://huggingface.co:8443/a',
      'https://cas-bridge.xethub.hf.co/a',
    ]) {
      expect(tokenAt(url, access), url).toBeUndefined();
    }
  });
  test('goes to a mirror only when asked', () => {
    const mirror = { ...env, HF_ENDPOINT: 'https://hf-mirror.com/' };
    expect(tokenAt('https://hf-mirror.com/a', hubAccess(mirror))).toBeUndefined();
    const asked = hubAccess(mirror, { tokenToMirror: true });
    expect(tokenAt('https://hf-mirror.com/a', asked)).toBe('Bearer hf_secret');
    expect(tokenAt('https://elsewhere.org/a', asked)).toBeUndefined();
  });
});

test('addresses are encoded, and shown without their signature', () => {
  expect(addressOf(origin, hubAccess(env)).href).toBe(
    'https://huggingface.co/a/b/resolve/main/x%20y/z.bin',
  );
  expect(withoutQuery('https://user:pw@cdn/x?Signature=1#f')).toBe('https://cdn/x');
  expect(standing(new URL('https://cdn/x'), hubAccess(env), origin)).toBe('storage');
});

describe('GGUF files', () => {
  // Names from MCG-NJU/SteadyDancer-GGUF as facts §1 gives them.
  const files = [
    'Wan21_I2V_SteadyDancer_fp16-Q6_K_fix_5d_tensor_from_fp8_e4m3fn_scaled_KJ.gguf',
    'Wan21_I2V_SteadyDancer_fp16-Q5_K_M_fix_5d_tensor.gguf',
    'Wan21_SteadyDancer_fp16-Q5_K_S_fix_5d_tensor_from_fp8_e4m3fn_scaled_KJ.gguf',
    'Wan21_I2V_SteadyDancer_fp16-Q6_K_fix_5d_tensor.gguf',
    'README.md',
  ].map((path) => ({ path, bytes: 1, sha256: null }));
  test.each([
    ['q5_k_m', 'Wan21_I2V_SteadyDancer_fp16-Q5_K_M_fix_5d_tensor.gguf'],
    ['Q5_K_S', 'Wan21_SteadyDancer_fp16-Q5_K_S_fix_5d_tensor_from_fp8_e4m3fn_scaled_KJ.gguf'],
    ['q6_k', 'Wan21_I2V_SteadyDancer_fp16-Q6_K_fix_5d_tensor.gguf'],
    ['q8_0', undefined],
    // A prefix of two: the one made from fp16.
    ['q5_k', 'Wan21_I2V_SteadyDancer_fp16-Q5_K_M_fix_5d_tensor.gguf'],
  ])('%s is %s', (quantisation, path) => {
    expect(ggufFile(files, quantisation)?.path).toBe(path);
  });
});

describe('manifests', () => {
  test('every file of docker/models.json is one the downloader takes', () => {
    const wanted = models().map(wantedModel);
    expect(parseManifest(JSON.stringify({ models: models() }))).toEqual(wanted);
    expect(wanted.length).toBeGreaterThan(8);
  });
  test('a file with an address of its own', () => {
    expect(parseManifest('[{"file":"a/b.bin","url":"https://example.org/b.bin"}]')).toEqual([
      {
        id: 'a/b.bin',
        file: 'a/b.bin',
        origin: { kind: 'url', url: 'https://example.org/b.bin' },
        bytes: null,
        sha256: null,
      },
    ]);
  });
  test.each<[unknown, string]>([
    [
      [{ url: 'https://x.org/a' }],
      'Entry 1 of the manifest has no file: it must be the name of a file.',
    ],
    [
      {
        models: [
          { file: 'ok', repo: 'a/b' },
          { file: 'a.bin', repo: 'a' },
        ],
      },
      'Entry 2 of the manifest ("a.bin"): repo must be a repository of the hub, owner/name, not "a".',
    ],
    [
      [{ file: 'a\u202e.bin', bytes: -1, sha256: 'x' }],
      'Entry 1 of the manifest ("a\\u202e.bin"): bytes must be a whole number, 0 or more, or null, not -1; 1 more thing is wrong.',
    ],
    [
      [{ file: 'a', url: 'ftp://x' }],
      'Entry 1 of the manifest ("a"): url must be an address that begins with https:// or http://, not "ftp://x".',
    ],
    [['a.bin'], 'Entry 1 of the manifest is "a.bin", not an object with file, and url or repo.'],
    [{ v: 1 }, 'The manifest is neither a list of files nor {"models": [a list of files]}.'],
    [null, 'The manifest is neither a list of files nor {"models": [a list of files]}.'],
  ])('%j is told by entry, field and what is allowed', (manifest, sentence) => {
    expect(() => parseManifest(JSON.stringify(manifest))).toThrow(new UsageError(sentence));
  });
  test('a piece of what is no JSON is shown without what a terminal acts upon', () => {
    expect(() => parseManifest('\u202e\u009b31m')).toThrow(/^[\x20-\x7e]+$/);
  });
  test.each([
    ['{', 'no JSON'],
    ['{"models":[{"file":"x"}]}', 'neither url nor repo'],
    ['[{"file":"x","url":"file:///etc/passwd"}]', 'of the manifest'],
    ['[{"file":"../x","url":"https://e.org/x"}]', 'does not belong'],
    ['[{"file":"x","url":"https://e.org/x"},{"file":"x","url":"https://e.org/y"}]', 'twice'],
  ])('%s is refused', (text, words) => {
    expect(() => parseManifest(text)).toThrow(words);
  });
});
