import { expect, test } from 'vitest';
import type { Gpu, Machine } from '../../../src/machine/types.ts';
import { gpuForContainer, gpuHere } from '../../../src/recipe/gpu-here.ts';
import { gpu, machine } from './machines.ts';

const with_ = (...gpus: Gpu[]): Pick<Machine, 'gpu'> =>
  machine({ gpu: { state: 'ready', driver: '580', cuda: '13.0', gpus } });
const small = gpu('NVIDIA GeForce RTX 3060', 12, '8.6', { index: 0, uuid: 'GPU-a' });
const large = gpu('NVIDIA GeForce RTX 4090', 24, '8.9', { index: 1, uuid: 'GPU-b' });

test('auto is the best one, and the container gets that one alone', () => {
  expect(gpuHere('auto', with_(small, large))?.index).toBe(1);
  expect(gpuForContainer('auto', with_(small, large))).toBe(1);
  expect(gpuForContainer('auto', with_(small))).toBe('all');
  expect(gpuForContainer('auto', machine())).toBeNull();
});

test.each([
  [0, 0],
  ['RTX 4090', 1],
  ['rtx 4090', 1],
  ['NVIDIA GeForce RTX 4090', 1],
  ['GPU-a', 0],
])('%s is GPU %i', (wanted, index) => {
  expect(gpuHere(wanted, with_(small, large))?.index).toBe(index);
  expect(gpuForContainer(wanted, with_(small, large))).toBe(index);
});

test.each([7, 'Voodoo', 'L40S'])('%s is none of them', (wanted) => {
  expect(gpuHere(wanted, with_(small, large))).toBeNull();
});
