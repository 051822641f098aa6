import { describe, expect, test } from 'vitest';
import { judge, type Question, retryAfterMs } from '../../../src/models/answer.ts';

const question: Question = {
  name: 'vae/x.safetensors',
  address: 'https://hub/x',
  asked: { start: 100, end: 200 },
  bytes: 1000,
  etag: '"one"',
  from: 'storage',
  tokenSent: false,
};
const now = Date.parse('2026-11-25T00:00:00Z');
const say = (status: number, headers: Record<string, string> = {}, more: Partial<Question> = {}) =>
  judge({ status, headers }, { ...question, ...more }, now);
const codeOf = (verdict: ReturnType<typeof say>) =>
  'failure' in verdict ? `${verdict.kind} ${verdict.failure.code}` : verdict.kind;
const range = 'bytes 100-199/1000';

describe('what an answer means', () => {
  test('206 with the range that was asked for gives bytes', () => {
    expect(say(206, { 'content-range': range, etag: '"one"' })).toEqual({
      kind: 'bytes',
      start: 100,
      end: 200,
      whole: false,
      etag: '"one"',
    });
  });
  test('a shorter range is taken, the rest is asked for again', () => {
    expect(say(206, { 'content-range': 'bytes 100-149/*' })).toMatchObject({
      kind: 'bytes',
      end: 150,
    });
  });
  test('200 is the whole file', () => {
    expect(say(200, { 'content-length': '1000' })).toMatchObject({
      kind: 'bytes',
      start: 0,
      whole: true,
    });
  });
  test.each([
    [206, { 'content-range': 'bytes 99-198/1000' }, 'again models-wrong-range'],
    [206, { 'content-range': 'bytes 100-299/1000' }, 'again models-wrong-range'],
    [206, {}, 'again models-wrong-range'],
    [206, { 'content-range': 'bytes 100-199/1001' }, 'resolve models-size-differs'],
    [200, { 'content-length': '999' }, 'resolve models-size-differs'],
    [206, { 'content-range': range, etag: '"two"' }, 'resolve models-changed'],
    [206, { 'content-range': range, 'content-encoding': 'gzip' }, 'again models-encoded-answer'],
    [200, { 'content-type': 'text/html; charset=utf-8' }, 'again models-html-page'],
    [301, { location: '/y' }, 'redirect'],
    [308, { location: '/y' }, 'redirect'],
    [302, {}, 'stop models-refused'],
    [401, {}, 'resolve models-forbidden'],
    [403, {}, 'resolve models-forbidden'],
    [404, {}, 'resolve models-not-found'],
    [408, {}, 'again models-source-unavailable'],
    [416, {}, 'resolve models-size-differs'],
    [418, {}, 'stop models-refused'],
    [429, {}, 'again models-rate-limited'],
    [500, {}, 'again models-source-unavailable'],
    [503, {}, 'again models-source-unavailable'],
  ])('storage: %i %j is %s', (status, headers, expected) => {
    expect(codeOf(say(status, headers))).toBe(expected);
  });
  test.each([
    ['hub', 401, false, 'stop models-token-needed'],
    ['hub', 401, true, 'stop models-token-refused'],
    ['mirror', 401, false, 'stop models-mirror-asks-token'],
    ['mirror', 401, true, 'stop models-token-refused'],
    ['hub', 403, true, 'again models-forbidden'],
    ['hub', 404, false, 'stop models-not-found'],
    ['hub', 410, false, 'stop models-not-found'],
  ] as const)('%s: %i with a token sent: %s is %s', (from, status, tokenSent, expected) => {
    expect(codeOf(say(status, {}, { from, tokenSent }))).toBe(expected);
  });
  test('a gated repository is named as such', () => {
    expect(codeOf(say(403, { 'x-error-code': 'GatedRepo' }, { from: 'hub' }))).toBe(
      'stop models-gated',
    );
  });
  test('429 and 503 ask for fewer connections and may say when to come again', () => {
    expect(say(429, { 'retry-after': '7' })).toMatchObject({ slower: true, afterMs: 7000 });
    expect(say(503)).toMatchObject({ slower: true, afterMs: null });
    expect(say(500)).toMatchObject({ slower: false });
  });
  test('Retry-After is seconds or a date, never negative, never longer than ten minutes', () => {
    expect(retryAfterMs('Wed, 25 Nov 2026 00:00:30 GMT', now)).toBe(30_000);
    expect(retryAfterMs('Wed, 25 Nov 2020 00:00:30 GMT', now)).toBe(0);
    expect(retryAfterMs('99999999', now)).toBe(600_000);
    expect(retryAfterMs('soon', now)).toBeNull();
  });
});
