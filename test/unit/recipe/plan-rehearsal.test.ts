import { expect, test } from 'vitest';
import { planSchema } from '../../../src/contract/plan.ts';
import { plan } from '../../../src/recipe/plan.ts';
import { input, machine } from './machines.ts';

const rehearsal = { recipe: 'rehearsal' } as const;

test('a rehearsal needs no GPU, no models and no download, and fits the contract', () => {
  const planned = plan(input({ choices: rehearsal }));
  expect(planSchema.parse(planned.plan)).toEqual(planned.plan);
  expect(planned).toMatchObject({ needsGpu: false, refusal: null });
  expect(planned.plan).toMatchObject({ models: [], downloadBytes: 0, stack: null, warnings: [] });
  expect(planned.plan.image.ref).toBe(`steadydancer:${planned.plan.planDigest.slice(0, 12)}`);
  expect(planned.plan.minutes.high).toBeLessThanOrEqual(2);
});

test('nothing measured is in the digest; choices and the context are', () => {
  const digest = (changes: Parameters<typeof input>[0]) =>
    plan(input({ choices: rehearsal, ...changes })).plan.planDigest;
  const one = digest({});
  const full = machine({ disk: [] });
  full.host.memoryBytes = 1e9;
  full.host.home = '/home/other';
  expect(
    digest({ machine: full, hubBytesPerSecond: 3e6, history: { phaseMs: { image: [9] } } }),
  ).toBe(one);
  expect(digest({ choices: { ...rehearsal, port: 8189 } })).not.toBe(one);
  expect(
    digest({
      context: { dir: '/srv/context', dockerfile: 'Dockerfile', hash: 'b'.repeat(64), bytes: 1 },
    }),
  ).not.toBe(one);
});

test('choices that were not made appear with their defaults, paths as they are written', () => {
  const { choices } = plan(input({ choices: rehearsal }));
  expect(choices).toMatchObject({
    port: 8188,
    listen: '127.0.0.1',
    gpu: 'auto',
    modelsDir: '~/steadydancer/models',
  });
});

test('without an engine the plan says what it could not see', () => {
  const absent = machine({
    engine: {
      state: 'absent',
      endpoint: { url: 'unix:///var/run/docker.sock', context: null, remote: false },
      sentence: 'Docker is not installed here.',
      proof: 'ENOENT',
      fixes: [],
    },
    disk: [],
  });
  const planned = plan(input({ choices: rehearsal, machine: absent }));
  expect(planned.plan.warnings.map(({ code }) => code)).toContain('engine-absent');
  expect(planned.plan.disk[0]?.freeBytes).toBeNull();
});

test('it fits where a real build would not, and is refused with numbers where it does not', () => {
  const free = (bytes: number) => {
    const at = machine();
    return { ...at, disk: at.disk.map((disk) => ({ ...disk, freeBytes: bytes })) };
  };
  expect(plan(input({ choices: rehearsal, machine: free(1e9) })).refusal).toBeNull();
  const { refusal } = plan(input({ choices: rehearsal, machine: free(0.2e9) }));
  expect(refusal?.details).toMatchObject({ code: 'disk-too-small', exitCode: 16 });
  expect(refusal?.message).toMatch(/^Does not fit: 0\.6 GB short on the disk of /);
});

test('an image of the same plan costs nothing', () => {
  const first = plan(input({ choices: rehearsal }));
  const images = [{ id: 'sha256:1', refs: [], plan: first.plan.planDigest, bytes: 1 }];
  const again = plan(
    input({ choices: rehearsal, inventory: { containers: [], images, volumes: [], runs: [] } }),
  );
  expect(again.plan.disk.find(({ place }) => place === 'docker')?.peakBytes).toBe(0);
});
