import { expect, test } from 'vitest';
import { GIB, knownGpu, knownGpuNames } from '../../../src/recipe/gpu-facts.ts';

test.each([
  ['RTX 4090', 'RTX 4090', 24, '8.9'],
  ['NVIDIA GeForce RTX 4090', 'RTX 4090', 24, '8.9'],
  ['rtx4090', 'RTX 4090', 24, '8.9'],
  ['A100 40GB', 'A100', 40, '8.0'],
  ['NVIDIA A100-SXM4-80GB', 'A100', 80, '8.0'],
  ['NVIDIA H100 80GB HBM3', 'H100', 80, '9.0'],
  ['Tesla V100-SXM2-16GB', 'V100', 16, '7.0'],
  ['Tesla T4', 'T4', 16, '7.5'],
  ['L40', 'L40', 48, '8.9'],
  ['NVIDIA L40S', 'L40S', 48, '8.9'],
  ['RTX PRO 6000', 'RTX PRO 6000 Blackwell', 96, '12.0'],
  ['NVIDIA RTX PRO 6000 Blackwell Server Edition', 'RTX PRO 6000 Blackwell', 96, '12.0'],
  ['NVIDIA RTX 6000 Ada Generation', 'RTX 6000 Ada', 48, '8.9'],
  ['RTX 6000 Ada', 'RTX 6000 Ada', 48, '8.9'],
  ['RTX 5060 Ti 16GB', 'RTX 5060 Ti', 16, '12.0'],
  // A laptop's card of the same name has less memory.
  ['NVIDIA GeForce RTX 4090 Laptop GPU', null, 0, ''],
  ['RTX', null, 0, ''],
  ['', null, 0, ''],
  ['24GB', null, 0, ''],
])('%s', (wanted, name, gib, computeCapability) => {
  expect(knownGpu(wanted)).toEqual(name && { name, memoryBytes: gib * GIB, computeCapability });
});

test('every name of the table finds itself', () => {
  for (const name of knownGpuNames()) expect(knownGpu(name)?.name).toBe(name);
});
