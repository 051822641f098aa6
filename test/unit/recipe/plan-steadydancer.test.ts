import { expect, test } from 'vitest';
import type { Choices } from '../../../src/contract/choices.ts';
import { planSchema } from '../../../src/contract/plan.ts';
import type { Machine } from '../../../src/machine/types.ts';
import { plan } from '../../../src/recipe/plan.ts';
import type { PlanInput } from '../../../src/recipe/types.ts';
import { gpu, input, machine } from './machines.ts';

const GB = 1e9;
const GIB = 1024 ** 3;

function rtx4090(changes: Partial<Machine> = {}): Machine {
  return machine({
    gpu: {
      state: 'ready',
      driver: '581.57',
      cuda: '13.0',
      gpus: [gpu('NVIDIA GeForce RTX 4090', 24, '8.9')],
    },
    ...changes,
  });
}

function withFree(at: Machine, freeGb: number, totalGb = 999): Machine {
  return {
    ...at,
    disk: at.disk.map((disk) => ({ ...disk, freeBytes: freeGb * GB, totalBytes: totalGb * GB })),
  };
}

const planned = (at: Machine, choices: Choices = {}, more: Partial<PlanInput> = {}) =>
  plan(input({ machine: at, choices, ...more }));
const codes = (of: ReturnType<typeof planned>) => of.plan.warnings.map(({ code }) => code);

test('situation 1: C: has 60 GB; one after the other fits, side by side would not', () => {
  const at = withFree(rtx4090(), 60);
  at.host.wslDistro = 'Ubuntu-24.04';
  at.host.memoryBytes = 31 * GIB;
  if (at.engine.state === 'ready')
    Object.assign(at.engine, { imageStore: 'containerd', desktop: true, memoryBytes: 31 * GIB });
  const here = planned(at, {}, { hubBytesPerSecond: 38e6 });
  expect(planSchema.parse(here.plan)).toEqual(here.plan);
  expect(here.refusal).toBeNull();
  expect(here.choices).toMatchObject({
    variant: 'fp8',
    textEncoder: 'fp8',
    blockSwap: 10,
    placement: 'volume',
    attention: 'flash-attn',
    stack: 'torch28-cu128',
  });
  expect(here.order).toBe('one-after-the-other');
  expect(here.plan.downloadBytes / GB).toBeCloseTo(28.7, 1);
  // Mock-up A4: 33.0 GB free after the image, 14.3 GB at the end.
  const docker = here.plan.disk.find(({ place }) => place === 'docker');
  expect((60 * GB - (docker?.finalBytes ?? 0)) / GB).toBeCloseTo(14.3, 0);
  expect(here.plan.minutes.low).toBeGreaterThan(25);
  expect(here.plan.minutes.high).toBeLessThan(45);
  expect(codes(here)).toContain('disk-one-after-the-other');
  const line = here.plan.warnings.find(({ code }) => code === 'disk-80-percent');
  expect(line?.text).toMatch(
    /99 % full at the most, over the 80 % line: 14\.\d GB of 999\.0 GB left/,
  );
});

test("a folder in WSL's own disk cannot use what the build frees: refused with what would fit", () => {
  const at = withFree(rtx4090(), 58);
  at.host.wslDistro = 'Ubuntu-24.04';
  if (at.engine.state === 'ready')
    Object.assign(at.engine, { imageStore: 'containerd', desktop: true });
  const here = planned(at, { placement: 'folder' });
  expect(here.refusal?.details).toMatchObject({ code: 'disk-too-small', exitCode: 16 });
  expect(here.refusal?.message).toMatch(/^Does not fit: \d+\.\d GB short on the disk of /);
  expect(here.refusal?.details.proof).toMatch(
    /58\.0 GB free, \d+\.\d GB needed at the most, 5\.0 GB kept free/,
  );
  expect(here.refusal?.details.fixes?.map(({ label }) => label).join('\n')).toMatch(
    /Models in a volume.*--set placement=volume/,
  );
  expect(planned(at, { placement: 'volume' }).refusal).toBeNull();
});

test('a change that does not free enough is not offered', () => {
  const here = planned(withFree(rtx4090(), 12), { textEncoder: 'bf16' });
  const labels = here.refusal?.details.fixes?.map(({ label }) => label) ?? [];
  expect(labels.some((label) => label.startsWith('Text encoder'))).toBe(false);
  expect(labels.at(-1)).toMatch(/^Make \d+\.\d GB free/);
});

test('plenty of disk: side by side, no warning, and the commands of every file', () => {
  const here = planned(rtx4090(), { smoke: { frames: 5 } });
  expect(here.order).toBe('side-by-side');
  expect(codes(here)).toEqual([]);
  expect(here.needsGpu).toBe(true);
  expect(here.choices.smoke).toEqual({ width: 256, height: 448, frames: 5, steps: 4 });
  const [build, ...rest] = here.plan.commands;
  expect(build).toMatch(
    /^docker buildx build --load --tag steadydancer:[0-9a-f]{12} --label io\.steadydancer\.plan=[0-9a-f]{64} .*--build-arg PYTHON_VERSION=3\.11/,
  );
  expect(rest.filter((line) => line.startsWith('curl '))).toHaveLength(8);
  expect(rest.at(-1)).toMatch(/^docker run .*--runtime nvidia .*--publish 127\.0\.0\.1:8188:8188/);
});

test('models that are there are not fetched; an image of the same plan is not built', () => {
  const first = planned(rtx4090());
  const present = first.plan.models.map(({ id }) => ({ id: id ?? '', path: '/m', bytes: 1 }));
  const image = { id: 'sha256:1', refs: [], plan: first.plan.planDigest, bytes: 1 };
  const inventory = { containers: [], images: [image], volumes: [], runs: [] };
  const again = planned(rtx4090(), {}, { present, inventory });
  expect(again.plan.downloadBytes).toBe(0);
  expect(again.plan.models.every((model) => model.present)).toBe(true);
  expect(again.plan.planDigest).toBe(first.plan.planDigest);
  expect(again.plan.disk.find(({ place }) => place === 'docker')?.peakBytes).toBe(0);
  expect(again.plan.minutes.high).toBeLessThan(10);
});

test('the digest is the same with everything measured changed, and another with each choice', () => {
  const one = planned(rtx4090()).plan.planDigest;
  const busy = rtx4090();
  if (busy.gpu.state === 'ready') {
    busy.gpu.gpus = [
      gpu('NVIDIA GeForce RTX 4090', 23.98, '8.9', {
        memoryFreeBytes: 1 * GIB,
        processes: [{ pid: 7, name: 'blender', memoryBytes: null }],
      }),
    ];
    busy.gpu.driver = '591.33';
  }
  const changed = planned(
    withFree(busy, 90),
    {},
    { hubBytesPerSecond: 1, history: { phaseMs: { image: [1] } }, profile: 'x' },
  );
  expect(changed.plan.planDigest).toBe(one);
  expect(changed.plan.warnings.find(({ code }) => code === 'gpu-busy')?.text).toMatch(
    /1 GB of 24 GB free now.*blender \(7\)/,
  );
  // What was recommended, chosen outright: a saved profile gives the same plan.
  expect(planned(rtx4090(), changed.choices).plan.planDigest).toBe(one);
  const others: Choices[] = [
    { variant: 'gguf-q8_0' },
    { textEncoder: 'bf16' },
    { attention: 'sdpa' },
    { stack: 'torch251-cu124' },
    { blockSwap: 20 },
    { placement: 'baked' },
    { pose: 'openmmlab' },
    { extraNodes: [`a/b@${'0'.repeat(40)}`] },
    { modelsDir: '/m' },
    { port: 1234 },
    { mirrors: { pip: 'http://m' } },
    { smoke: { steps: 2 } },
    { gpu: 0 },
  ];
  const digests = others.map((choices) => planned(rtx4090(), choices).plan.planDigest);
  expect(new Set([one, ...digests]).size).toBe(others.length + 1);
});

test('elsewhere: nothing is fetched here, no GPU is needed here, and the image is pushed', () => {
  const here = planned(machine(), { target: 'runpod', gpu: 'RTX 4090' });
  expect(here).toMatchObject({ refusal: null, needsGpu: false });
  expect(here.plan.downloadBytes).toBe(0);
  expect(here.plan.models.length).toBe(8);
  expect(here.steps.map(({ phase }) => phase)).toEqual([
    'prepare',
    'validate',
    'dependencies',
    'image',
    'push',
    'deploy',
  ]);
  const baked = planned(machine(), { target: 'runpod', gpu: 'RTX 4090', placement: 'baked' });
  expect(baked.plan.downloadBytes).toBeGreaterThan(28 * GB);
  expect(baked.plan.disk.find(({ place }) => place === 'docker')?.peakBytes).toBeGreaterThan(
    2 * 28 * GB,
  );
});

test('without a GPU it cannot run: exit 10 by its phase, and still a document', () => {
  const here = planned(machine());
  expect(here.refusal?.details).toMatchObject({ code: 'gpu-none', phase: 'prepare' });
  expect(here.refusal?.details.exitCode).toBeUndefined();
  expect(planSchema.parse(here.plan).warnings.map(({ code }) => code)).toContain('gpu-none');
});

test('built here for a GPU elsewhere: no models, no launch, said so', () => {
  const here = planned(machine(), { gpu: 'L40S' });
  expect(here).toMatchObject({ refusal: null, needsGpu: false });
  expect(here.plan.downloadBytes).toBe(0);
  expect(codes(here)).toContain('gpu-elsewhere');
  expect(here.steps.at(-1)?.phase).toBe('image');
});

test('a GitHub-hosted runner with 14 GB is refused in the first second', () => {
  const here = planned(withFree(machine(), 14, 75), { gpu: 'L40S' });
  expect(here.refusal?.details.exitCode).toBe(16);
});

test('a ready image: nothing to build, no build arguments', () => {
  const here = planned(rtx4090(), { image: 'registry.example/sd@sha256:1' });
  expect(here.plan.image.ref).toBe('registry.example/sd@sha256:1');
  expect(here.plan.args).toEqual({});
  expect(here.plan.commands[0]).not.toMatch(/buildx/);
});

test('custom: their Dockerfile gets no arguments of ours; without one it is refused', () => {
  const own = planned(machine(), { recipe: 'custom', dockerfile: 'my Dockerfile' });
  expect(own.refusal).toBeNull();
  expect(own.plan.args).toEqual({});
  expect(own.needsGpu).toBe(false);
  const nothing = plan(input({ choices: { recipe: 'custom' }, context: null }));
  expect(nothing.refusal?.code).toBe('recipe-incomplete');
  const ready = plan(input({ choices: { recipe: 'custom', image: 'nginx' }, context: null }));
  expect(ready.plan.commands[0]).toBe('docker pull nginx');
});

test('every shipped profile plans on the machine that it names', async () => {
  const { shippedProfiles } = await import('../../../src/profiles/shipped.ts');
  const cards: Record<string, [string, number, string]> = {
    'rtx-3060-12gb': ['NVIDIA GeForce RTX 3060', 12, '8.6'],
    'rtx-3090-fp8': ['NVIDIA GeForce RTX 3090', 24, '8.6'],
    'rtx-4090-fp8': ['NVIDIA GeForce RTX 4090', 24, '8.9'],
    'rtx-5090-fp8': ['NVIDIA GeForce RTX 5090', 31.8, '12.0'],
    'l40s-fp16': ['NVIDIA L40S', 45, '8.9'],
    'h100-fp16': ['NVIDIA H100 80GB HBM3', 79.6, '9.0'],
  };
  const profiles = shippedProfiles();
  expect(profiles).toHaveLength(8);
  for (const { name, choices, description } of profiles) {
    expect(description).toMatch(/\.$/);
    const card = cards[name];
    const at = machine(
      card ? { gpu: { state: 'ready', driver: '580.95', cuda: null, gpus: [gpu(...card)] } } : {},
    );
    const here = planned(at, choices);
    expect(here.refusal, name).toBeNull();
    expect(
      codes(here).filter((code) => code.endsWith('-doubtful')),
      name,
    ).toEqual([]);
  }
});
