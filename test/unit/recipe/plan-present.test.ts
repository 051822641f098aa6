import { expect, test } from 'vitest';
import type { Choices } from '../../../src/contract/choices.ts';
import { plan as planOf } from '../../../src/recipe/plan.ts';
import type { PresentModel } from '../../../src/recipe/types.ts';
import { gpu, input, machine } from './machines.ts';

const ready = machine({
  gpu: {
    state: 'ready',
    driver: '581.57',
    cuda: '13.0',
    gpus: [gpu('NVIDIA GeForce RTX 4090', 24, '8.9')],
  },
});
const planned = (choices: Choices, present: PresentModel[] = []) =>
  planOf(input({ machine: ready, choices, present }));
const first = planned({});
const all = first.plan.models.map(({ id, estimatedBytes }) => ({
  ...{ id: id ?? '', path: '/m', bytes: estimatedBytes },
}));
const launchOf = (one: typeof first) => one.steps.find(({ phase }) => phase === 'launch');

test('what is in the volume counts for a volume, what is in folders for a folder', () => {
  const inVolume = all.map((one) => ({ ...one, place: 'volume' as const }));
  const plan = (placement: 'folder' | 'volume' | 'baked', present: PresentModel[]) =>
    planned({ placement }, present).plan.downloadBytes;
  expect(plan('volume', inVolume)).toBe(0);
  expect(plan('volume', all)).toBeGreaterThan(10e9);
  expect(plan('folder', inVolume)).toBeGreaterThan(10e9);
  expect(plan('folder', all)).toBe(0);
  expect(plan('baked', all)).toBe(0);
});

test('a container waits for models that it gets as mounts, and for no others', () => {
  expect(launchOf(first)?.after).toEqual(['image']);
  const present = all.slice(0, 1).map((one) => ({ ...one, elsewhere: true }));
  const withFound = planned({ placement: 'folder' }, present);
  expect(launchOf(withFound)?.after).toEqual(['image', 'models']);
  const baked = planned({ placement: 'baked' }, present);
  expect(launchOf(baked)?.after).toEqual(['image']);
  expect(withFound.plan.downloadBytes).toBeLessThan(first.plan.downloadBytes);
});
