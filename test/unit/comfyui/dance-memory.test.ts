import { expect, it } from 'vitest';
import type { Dancer } from '../../../src/comfyui/dance/dance.ts';
import { withWayOut } from '../../../src/comfyui/dance/full-memory.ts';
import { Failure } from '../../../src/contract/failure.ts';

const film = { width: 480, height: 832, frames: 161, seconds: 10, notes: [] };
const dancer: Dancer = {
  kind: 'steadydancer',
  models: {
    settings: { variant: 'fp16', attention: 'sdpa', blockSwap: 20, names: {} as never },
    textEncoder: 'bf16',
    ...{ pose: 'one-to-all', detectors: null, notes: [] },
  },
};
const failure = (code: string) => new Failure({ code, sentence: 'It ended.', proof: 'the line' });
const alive = async () => null;
const killed = async () => 'exit code 137, OOMKilled true';

async function wayOut(code: string, who: Dancer, ended: () => Promise<string | null>) {
  const error = await withWayOut(failure(code), film, who, ended);
  if (!(error instanceof Failure)) throw new TypeError(String(error));
  return error.details;
}

it('full video memory: fewer pixels first, then more swap, then smaller models, with minutes', async () => {
  const { code, proof, fixes = [] } = await wayOut('smoke-out-of-memory', dancer, alive);
  expect({ code, proof }).toEqual({ code: 'smoke-out-of-memory', proof: 'the line' });
  expect(fixes.map(({ command }) => command)).toEqual([
    'steadydancer dance … --size 336x576',
    'steadydancer run --set blockSwap=30',
    'steadydancer run --set textEncoder=fp8',
    'steadydancer run --set variant=fp8',
    'steadydancer run --set variant=gguf-q4_k_m',
  ]);
  for (const { label } of fixes.slice(1)) expect(label).toMatch(/, about .*min/);
});

it('a killed container: a shorter film first, then less that waits in memory', async () => {
  const { code, proof, fixes = [] } = await wayOut('comfyui-unreachable', dancer, killed);
  expect({ code, proof }).toEqual({
    code: 'container-oom-killed',
    proof: 'exit code 137, OOMKilled true',
  });
  expect(fixes.map(({ command }) => command).slice(0, 2)).toEqual([
    'steadydancer dance … --seconds 5',
    'steadydancer run --set blockSwap=10',
  ]);
});

it('a server that is merely gone, and any other error, stay what they are', async () => {
  const gone = failure('comfyui-unreachable');
  expect(await withWayOut(gone, film, dancer, alive)).toBe(gone);
  const other = failure('smoke-render-error');
  expect(await withWayOut(other, film, dancer, killed)).toBe(other);
  const bug = new TypeError('x');
  expect(await withWayOut(bug, film, dancer, killed)).toBe(bug);
});

it('the rehearsal has no models to make smaller', async () => {
  const { fixes } = await wayOut('comfyui-unreachable', { kind: 'rehearsal' }, killed);
  expect(fixes?.map(({ command }) => command)).toEqual(['steadydancer dance … --seconds 5']);
});
