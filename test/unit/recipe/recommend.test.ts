import { describe, expect, test } from 'vitest';
import type { Choices } from '../../../src/contract/choices.ts';
import type { Gpu, Machine } from '../../../src/machine/types.ts';
import { compareVersions } from '../../../src/recipe/fit.ts';
import { memoryNeeds } from '../../../src/recipe/memory-needs.ts';
import { options } from '../../../src/recipe/options.ts';
import { recommend } from '../../../src/recipe/recommend.ts';
import { resolveChoices } from '../../../src/recipe/resolve-choices.ts';
import { targetGpu } from '../../../src/recipe/target-gpu.ts';
import { gpu, machine } from './machines.ts';

const GIB = 1024 ** 3;

function site(
  gpus: Gpu[],
  driver = '580.95.05',
  memoryGib = 128,
  changes: Partial<Machine> = {},
): Machine {
  const seen = machine({
    gpu: {
      state: 'ready',
      driver,
      cuda: null,
      gpus: gpus.map((one, index) => ({ ...one, index })),
    },
    ...changes,
  });
  seen.host.memoryBytes = memoryGib * GIB;
  if (seen.engine.state === 'ready') seen.engine.memoryBytes = memoryGib * GIB;
  return seen;
}

/** `stack variant/swap attention`, or the code and the sentence of the refusal. */
function advice(at: Machine, wanted: Choices = {}): string {
  const choices = resolveChoices(wanted);
  const chosen = targetGpu(choices, at);
  if (!chosen.gpu) return `${chosen.refusal?.code}: ${chosen.refusal?.message}`;
  const { recommendation, refusal } = recommend(choices, chosen.gpu, at);
  if (refusal) return `${refusal.code}: ${refusal.message}`;
  const { stack, variant, blockSwap, attention } = recommendation;
  return `${stack.value.id} ${variant.value}/${blockSwap.value} ${attention.value}`;
}

describe('each GPU with driver 580 and 128 GB', () => {
  test.each<[string, number, string, string, string]>([
    [
      'Tesla V100-SXM2-32GB',
      32,
      '7.0',
      'torch251-cu124 fp8/0 sdpa',
      'Volta is not in the newer rows',
    ],
    ['Tesla T4', 15, '7.5', 'torch251-cu124 fp8/30 sdpa', 'Turing: no flash-attn'],
    [
      'NVIDIA GeForce RTX 2080 Ti',
      11,
      '7.5',
      'torch251-cu124 fp8/40 sdpa',
      '11 GB takes all blocks out',
    ],
    ['NVIDIA A100-SXM4-40GB', 40, '8.0', 'torch28-cu128 fp8/0 flash-attn', 'fp16 leaves no room'],
    ['NVIDIA A100-SXM4-80GB', 80, '8.0', 'torch28-cu128 fp16/0 flash-attn', 'fp16 whole'],
    ['NVIDIA GeForce RTX 3060', 12, '8.6', 'torch28-cu128 fp8/40 flash-attn', 'GGUF is unproven'],
    ['NVIDIA GeForce RTX 3070', 8, '8.6', 'torch28-cu128 fp8/40 flash-attn', 'small clips only'],
    ['NVIDIA GeForce RTX 3080', 10, '8.6', 'torch28-cu128 fp8/40 flash-attn', 'tight'],
    [
      'NVIDIA GeForce RTX 3090',
      24,
      '8.6',
      'torch28-cu128 fp8/10 flash-attn',
      'room for longer clips',
    ],
    ['NVIDIA A10', 22.5, '8.6', 'torch28-cu128 fp8/15 flash-attn', 'ECC takes a part of 24 GB'],
    ['NVIDIA A40', 45, '8.6', 'torch28-cu128 fp16/0 flash-attn', '48 GB: fp16'],
    ['NVIDIA RTX A4000', 16, '8.6', 'torch28-cu128 fp8/30 flash-attn', '16 GB'],
    ['NVIDIA RTX A6000', 48, '8.6', 'torch28-cu128 fp16/0 flash-attn', 'mock-up A12'],
    ['NVIDIA GeForce RTX 4060', 8, '8.9', 'torch28-cu128 fp8/40 flash-attn', 'small clips only'],
    ['NVIDIA GeForce RTX 4070', 12, '8.9', 'torch28-cu128 fp8/40 flash-attn', '12 GB'],
    ['NVIDIA GeForce RTX 4080', 16, '8.9', 'torch28-cu128 fp8/30 flash-attn', '16 GB'],
    ['NVIDIA GeForce RTX 4090', 24, '8.9', 'torch28-cu128 fp8/10 flash-attn', 'mock-ups A3, A4'],
    ['NVIDIA L4', 22.5, '8.9', 'torch28-cu128 fp8/15 flash-attn', 'as A10'],
    ['NVIDIA L40S', 45, '8.9', 'torch28-cu128 fp16/0 flash-attn', 'mock-up A12'],
    ['NVIDIA H100 80GB HBM3', 79.6, '9.0', 'torch28-cu128 fp16/0 flash-attn', 'fp16 whole'],
    ['NVIDIA H200', 140, '9.0', 'torch28-cu128 fp16/0 flash-attn', 'fp16 whole'],
    ['NVIDIA B200', 179, '10.0', 'torch28-cu128 fp16/0 flash-attn', 'wheel has sm_100'],
    [
      'NVIDIA B300 SXM6 AC',
      268,
      '10.3',
      'torch29-cu130 fp16/0 flash-attn',
      'only CUDA 13 knows 10.3',
    ],
    ['NVIDIA GeForce RTX 5070', 12, '12.0', 'torch28-cu128 fp8/40 flash-attn', 'Blackwell'],
    ['NVIDIA GeForce RTX 5080', 16, '12.0', 'torch28-cu128 fp8/30 flash-attn', 'Blackwell'],
    ['NVIDIA GeForce RTX 5090', 31.8, '12.0', 'torch28-cu128 fp8/0 flash-attn', 'mock-up A12'],
    [
      'NVIDIA RTX PRO 6000 Blackwell Workstation Edition',
      95.6,
      '12.0',
      'torch28-cu128 fp16/0 flash-attn',
      '96 GB',
    ],
    [
      'NVIDIA A100-SXM4-80GB MIG 3g.40gb',
      39.5,
      '8.0',
      'torch28-cu128 fp8/0 flash-attn',
      'the slice counts',
    ],
    [
      'NVIDIA GeForce GTX 1080 Ti',
      11,
      '6.1',
      'stack-unfit: No stack runs on the NVIDIA GeForce GTX 1080 Ti: it has no code for compute 6.1 (NVIDIA GeForce GTX 1080 Ti).',
      'Pascal',
    ],
    [
      'NVIDIA GeForce RTX 3050',
      4,
      '8.6',
      'weights-unfit: The gguf-q4_k_m weights do not fit: video memory about 4 GB of 4 GB.',
      '4 GB',
    ],
  ])('%s, %s GB', (name, memory, capability, expected) => {
    expect(advice(site([gpu(name, memory, capability)]))).toBe(expected);
  });
});

describe('drivers', () => {
  const card = (name: string, memory: number, cc: string) => [gpu(name, memory, cc)];
  const rtx4090 = card('NVIDIA GeForce RTX 4090', 24, '8.9');
  test.each<[Gpu[], string, string | RegExp, string]>([
    [rtx4090, '470.256.02', /^stack-unfit: .*driver 470\.256\.02, it needs 525\.60\.13/, 'CUDA 11'],
    [rtx4090, '525.147.05', 'torch251-cu121 fp8/10 flash-attn', 'by minor-version compatibility'],
    [rtx4090, '535.183.01', 'torch251-cu121 fp8/10 flash-attn', 'CUDA 12.2: 12.1 fits'],
    [rtx4090, '550.144.03', 'torch251-cu124 fp8/10 flash-attn', 'CUDA 12.4'],
    [rtx4090, '560.35.05', 'torch251-cu124 fp8/10 flash-attn', 'CUDA 12.6: not yet 12.8'],
    [rtx4090, '570.133.07', 'torch28-cu128 fp8/10 flash-attn', 'CUDA 12.8'],
    [
      card('NVIDIA GeForce RTX 5090', 31.8, '12.0'),
      '570.133.07',
      'torch28-cu128 fp8/0 flash-attn',
      'situation 3: nothing to update',
    ],
    [
      card('NVIDIA GeForce RTX 5090', 31.8, '12.0'),
      '560.35.05',
      /^stack-unfit/,
      'no such pair exists',
    ],
    [
      card('NVIDIA B300 SXM6 AC', 268, '10.3'),
      '570.133.07',
      /^stack-unfit: .*needs 580/,
      'CUDA 13 only',
    ],
    [card('Tesla T4', 15, '7.5'), '535.183.01', 'torch251-cu121 fp8/30 sdpa', 'Turing'],
  ])('%j with %s', (gpus, driver, expected) => {
    const said = advice(site(gpus, driver));
    if (typeof expected === 'string') expect(said).toBe(expected);
    else expect(said).toMatch(expected);
  });

  test('under WSL the number is the Windows driver', () => {
    const at = site(rtx4090, '570.50');
    expect(advice(at)).toMatch(/^torch28-cu128/);
    at.host.wslDistro = 'Ubuntu-24.04';
    expect(advice(at)).toMatch(/^torch251-cu124/);
  });
});

describe('memory', () => {
  test.each<[number, number, string, string]>([
    [24, 31, 'fp8/10', 'situation 1'],
    [12, 31, 'fp8/40', 'situation 2: doubtful, but GGUF is more so'],
    [80, 31, 'fp8/0', 'fp16 passes through memory whole'],
    [80, 64, 'fp16/0', ''],
    [24, 16, 'gguf-q6_k/0', 'fp8 wants 19 GB'],
    [24, 8, 'weights-unfit', 'nothing fits'],
  ])('%i GB of video memory, %i GB of memory', (video, memory, expected) => {
    expect(
      advice(site([gpu('NVIDIA GeForce RTX 4090', video, '8.9')], '580.95.05', memory)),
    ).toContain(expected);
  });
});

describe('which GPU', () => {
  const two = [
    gpu('NVIDIA GeForce RTX 3060', 12, '8.6'),
    gpu('NVIDIA GeForce RTX 3090', 24, '8.6'),
  ];
  const codes = (at: Machine, wanted: Choices) => {
    const chosen = targetGpu(resolveChoices(wanted), at);
    return [chosen.gpu?.name ?? chosen.refusal?.code, ...chosen.warnings.map(({ code }) => code)];
  };
  test('of two different ones the larger, and said so', () => {
    expect(codes(site(two), {})).toEqual(['NVIDIA GeForce RTX 3090', 'gpu-mixed']);
    expect(codes(site(two), { gpu: 0 })).toEqual(['NVIDIA GeForce RTX 3060', 'gpu-mixed']);
    expect(codes(site(two), { gpu: 'rtx 3060' })).toEqual(['NVIDIA GeForce RTX 3060', 'gpu-mixed']);
    expect(codes(site(two), { gpu: 7 })).toEqual(['gpu-index-unknown']);
  });
  test('a Pascal with more memory is not taken before a card that runs', () => {
    const old = gpu('Tesla P40', 24, '6.1');
    expect(codes(site([old, gpu('NVIDIA GeForce RTX 3060', 12, '8.6')]), {})[0]).toMatch(/3060/);
  });
  test('of two equal ones the free one', () => {
    const busy = gpu('NVIDIA H100', 80, '9.0', { memoryFreeBytes: 1 });
    const at = site([busy, gpu('NVIDIA H100', 80, '9.0')]);
    expect(targetGpu(resolveChoices({}), at).gpu?.index).toBe(1);
  });
  test('a name that is not here is a GPU elsewhere; an unknown one is refused with the names', () => {
    expect(codes(site(two), { gpu: 'L40S' })).toEqual(['L40S']);
    expect(advice(machine(), { target: 'runpod', gpu: 'A100 40GB' })).toBe(
      'torch28-cu128 fp8/0 flash-attn',
    );
    expect(codes(machine(), { gpu: 'Voodoo 2' })).toEqual(['gpu-name-unknown']);
  });
  test('none here: refused with the way out; elsewhere one is assumed and said so', () => {
    expect(codes(machine(), {})).toEqual(['gpu-none']);
    expect(codes(machine(), { target: 'runpod' })).toEqual(['RTX 4090', 'gpu-assumed']);
  });
});

test("a person's choice is kept with a warning where it is doubtful, refused where it cannot run", () => {
  const at = site([gpu('NVIDIA GeForce RTX 4090', 24, '8.9')], '550.144.03', 64);
  expect(advice(at, { stack: 'torch28-cu128' })).toMatch(/^torch28-cu128/);
  expect(advice(at, { stack: 'torch29-cu130' })).toMatch(/^stack-unfit: .*580/);
  expect(advice(at, { variant: 'gguf-q8_0' })).toMatch(/gguf-q8_0/);
  expect(advice(at, { variant: 'fp16', blockSwap: 0 })).toMatch(
    /^weights-unfit: .*video memory about 33 GB of 24 GB/,
  );
  expect(advice(at, { variant: 'fp16' })).toMatch(/fp16\/30/);
  const turing = site([gpu('Tesla T4', 15, '7.5')]);
  expect(advice(turing, { attention: 'flash-attn' })).toMatch(/^attention-unfit: .*Ampere/);
});

test('every choice has a reason, and what would change it names a number', () => {
  const at = site([gpu('NVIDIA GeForce RTX 4090', 24, '8.9')], '550.144.03', 31);
  const choices = resolveChoices({});
  const { gpu: card } = targetGpu(choices, at);
  if (!card) throw new Error('no GPU');
  const { recommendation } = recommend(choices, card, at);
  for (const item of Object.values(recommendation ?? {}))
    expect(item.reason.length).toBeGreaterThan(5);
  expect(recommendation?.stack.change).toBe(
    'driver 570.26 (here 550.144.03) makes torch 2.8.0, CUDA 12.8 possible',
  );
  expect(recommendation?.variant.change).toMatch(/37 GB of video memory and 34 GB of memory/);
  const fp16 = options(choices, card, at).variant.find(({ variant }) => variant === 'fp16');
  expect(fp16?.fit).toEqual({ state: 'no', reason: 'memory about 34 GB of 31 GB' });
});

test('no combination recommends what the GPU, the driver or the memory cannot run', () => {
  const capabilities = [
    '5.2',
    '6.1',
    '7.0',
    '7.5',
    '8.0',
    '8.6',
    '8.9',
    '9.0',
    '10.0',
    '10.3',
    '12.0',
    '12.1',
  ];
  const drivers = [
    '470.256.02',
    '515.105.01',
    '525.60.13',
    '530.30.02',
    '550.54.14',
    '570.26',
    '575.51.03',
    '580.65.06',
  ];
  let recommended = 0;
  for (const cc of capabilities) {
    for (const driver of drivers) {
      for (const video of [4, 6, 8, 10, 12, 16, 24, 32, 48, 80, 180]) {
        for (const memory of [8, 16, 24, 32, 64, 256]) {
          for (const arch of ['amd64', 'arm64']) {
            const at = site([gpu('A GPU', video, cc)], driver, memory);
            if (at.engine.state === 'ready') at.engine.arch = arch;
            const choices = resolveChoices({});
            const card = targetGpu(choices, at).gpu;
            if (!card) throw new Error('no GPU');
            const { recommendation } = recommend(choices, card, at);
            if (!recommendation) continue;
            recommended += 1;
            const row = recommendation.stack.value;
            const needs = memoryNeeds(recommendation.variant.value, recommendation.blockSwap.value);
            const problems = [
              !row.capabilities.includes(cc) && 'no code',
              !row.architectures.includes(arch as 'amd64') && 'no packages',
              compareVersions(driver, row.driver.least) < 0 && 'old driver',
              Number(cc) >= 10 &&
                (compareVersions(driver, '570') < 0 || Number(row.cuda) < 12.8) &&
                'Blackwell',
              recommendation.attention.value === 'flash-attn' &&
                !(row.flashAttention.capabilities.includes(cc) && arch === 'amd64') &&
                'flash-attn',
              needs.smokeVideoBytes > video * GIB && 'video memory',
              needs.memoryBytes > memory * GIB && 'memory',
            ].filter(Boolean);
            expect(problems, `${cc} ${driver} ${video} ${memory} ${arch}`).toEqual([]);
          }
        }
      }
    }
  }
  expect(recommended).toBeGreaterThan(1000);
});
