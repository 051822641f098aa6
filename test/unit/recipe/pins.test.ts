import { expect, test } from 'vitest';
import type { Pins } from '../../../src/contract/update.ts';
import { mirrored } from '../../../src/recipe/mirrored.ts';
import { commitsOf, withPins } from '../../../src/recipe/pins.ts';
import { plan } from '../../../src/recipe/plan.ts';
import { defaultStack, stackById } from '../../../src/recipe/stacks.ts';
import { newestOf } from '../../../src/recipe/upstream.ts';
import { gpu, input, machine } from './machines.ts';

const row = defaultStack();
const moved = 'f'.repeat(40);
const pins = (changes: Partial<Pins> = {}): Pins => ({
  stack: row.id,
  over: commitsOf(row),
  commits: { kjnodes: moved },
  ...changes,
});
const rtx4090 = () =>
  machine({
    gpu: {
      state: 'ready',
      driver: '580.95.05',
      cuda: '13.0',
      gpus: [gpu('NVIDIA GeForce RTX 4090', 24, '8.9')],
    },
  });
const planned = (of: Pins | null) => plan(input({ machine: rtx4090(), pins: of })).plan;

test('proved pins are in the arguments, the digest and the document; others stay as shipped', () => {
  const [before, after] = [planned(null), planned(pins())];
  expect(before.pins).toBeUndefined();
  expect(after.pins).toEqual([{ id: 'kjnodes', shipped: row.nodes.kjnodes, commit: moved }]);
  expect(after.args).toEqual({ ...before.args, KJNODES_COMMIT: moved });
  expect(after.planDigest).not.toBe(before.planDigest);
  expect(after.warnings).toEqual(before.warnings);
});

test('pins that say what is shipped change nothing', () => {
  const same = withPins(row, pins({ commits: commitsOf(row) }));
  expect(same).toEqual({ row, pins: [], warnings: [] });
});

test('pins of another stack, and over commits that are no longer shipped, are said and not used', () => {
  const other = stackById('torch251-cu124');
  expect(other && withPins(other, pins())).toMatchObject({
    row: other,
    pins: [],
    warnings: [{ code: 'pins-other-stack' }],
  });
  const old = pins({ over: { ...commitsOf(row), comfyui: '1'.repeat(40) } });
  expect(withPins(row, old)).toMatchObject({ row, warnings: [{ code: 'pins-superseded' }] });
  expect(planned(old).planDigest).toBe(planned(null).planDigest);
});

const sha = (digit: string) => digit.repeat(40);
test('upstream: the newest release by its numbers, of an annotated tag the commit behind it', () => {
  const listed = [
    `${sha('0')}\tHEAD`,
    `${sha('1')}\trefs/tags/v0.9.0`,
    `${sha('2')}\trefs/tags/v0.10.0`,
    `${sha('3')}\trefs/tags/v0.10.0^{}`,
    `${sha('4')}\trefs/tags/v0.11.0-rc1`,
  ].join('\n');
  expect(newestOf(listed)).toEqual({ commit: sha('3'), release: 'v0.10.0' });
  expect(newestOf(`${sha('5')}\tHEAD\n`)).toEqual({ commit: sha('5'), release: null });
  expect(newestOf('')).toBeNull();
});

test('a mirror stands before the path, as in the image', () => {
  const address = 'https://github.com/kijai/ComfyUI-KJNodes';
  expect(mirrored(address, 'git://mirror:9/github/')).toBe(
    'git://mirror:9/github/kijai/ComfyUI-KJNodes',
  );
  expect(mirrored(address, undefined)).toBe(address);
});
