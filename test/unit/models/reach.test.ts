import { expect, test } from 'vitest';
import { networkSetback, Patience, type Wait, waitWords } from '../../../src/models/patience.ts';
import { networkFailure, Reach } from '../../../src/models/reach.ts';
import { defaultLimits } from '../../../src/models/types.ts';
import { NetworkError } from '../../../src/models/web.ts';

const url = new URL('http://mirror.local:9/a/b?signature=secret');
const errorOf = (code: string, at = url) => {
  const cause = Object.assign(new Error(`connect ${code}`), { code });
  return new NetworkError(cause.message, at, false, { cause });
};

/** Fails again and again until it is given up, with the longest waits: their sum, and what was told. */
function untilGivenUp(error: NetworkError, reach: Reach) {
  const told: Wait[] = [];
  let now = 0;
  const patience = new Patience(
    defaultLimits,
    () => now,
    () => 1,
    (wait) => told.push(wait),
  );
  for (;;) {
    try {
      now += networkSetback(error, 'x.bin', now, patience, reach);
    } catch (failure) {
      return { failure: failure as ReturnType<typeof networkFailure>, told, waitedMs: now };
    }
  }
}

test.each([
  ['ECONNREFUSED', 6, 'it refuses the connection'],
  ['ENOTFOUND', 6, 'its name is not known here'],
  ['ENETUNREACH', 6, 'there is no way to it'],
  // Each of these tries takes ten seconds of its own.
  ['UND_ERR_CONNECT_TIMEOUT', 3, 'no connection came about in time'],
])('a host that never answered is given up soon: %s', (code, tries, why) => {
  const reach = new Reach();
  const { failure, told, waitedMs } = untilGivenUp(errorOf(code), reach);
  expect(failure.details).toMatchObject({
    code: 'models-no-answer',
    sentence: `No answer from mirror.local:9: ${why}.`,
    proof: `http://mirror.local:9/a/b: connect ${code}`,
  });
  expect(waitedMs).toBeLessThan(16_000);
  expect(told.map(({ count }) => count)).toEqual([1, 2, 3, 4, 5].slice(0, tries - 1));
  expect(waitWords('x.bin', told[1] as Wait)).toBe(
    `x.bin: no answer from mirror.local:9 (${why}), again in 1 s (2 of ${tries})`,
  );
  expect(reach.givenUp(new URL('http://mirror.local:9/other'))).toBe(failure);
  expect(reach.givenUp(new URL('http://mirror.local/other'))).toBeNull();
});

test('a host that answered before gets the long patience, and is not given up for other files', () => {
  const reach = new Reach();
  reach.answered(url);
  const { told, waitedMs } = untilGivenUp(errorOf('ECONNREFUSED'), reach);
  expect(told.length).toBe(defaultLimits.patience - 1);
  expect(waitedMs).toBeGreaterThan(200_000);
  expect(reach.givenUp(url)).toBeNull();
});

test('a certificate that is not trusted does not become so by waiting', () => {
  const reach = new Reach();
  reach.answered(url);
  const { failure, told } = untilGivenUp(errorOf('DEPTH_ZERO_SELF_SIGNED_CERT'), reach);
  expect(failure.code).toBe('models-certificate');
  expect(told.length).toBe(1);
});

test('a connection that was there and broke is no missing answer', () => {
  const reach = new Reach();
  expect(reach.tries(errorOf('ECONNRESET'))).toBeNull();
  expect(networkFailure('x.bin', errorOf('ECONNRESET')).code).toBe('models-network');
});

test('the code may lie beneath: a proxy wraps it', () => {
  const cause = new Error('proxy', { cause: errorOf('ECONNREFUSED').cause });
  const error = new NetworkError('proxy', url, false, { cause });
  expect(networkFailure('x.bin', error).code).toBe('models-no-answer');
});

test('while bytes come, only what fails twice in a row is told', () => {
  const told: Wait[] = [];
  let now = 0;
  const patience = new Patience(
    defaultLimits,
    () => now,
    () => 1,
    (wait) => told.push(wait),
  );
  const reach = new Reach();
  reach.answered(url);
  const breaks = () => {
    now += 1_000;
    networkSetback(errorOf('ECONNRESET'), 'x.bin', now, patience, reach);
  };
  for (let i = 0; i < 5; i += 1) {
    patience.progress();
    breaks();
  }
  expect(told).toEqual([]);
  breaks();
  expect(told.map(({ trouble, count }) => [trouble, count])).toEqual([
    ['the connection to mirror.local:9 broke', 2],
  ]);
});
