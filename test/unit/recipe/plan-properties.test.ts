import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  attentions,
  type Choices,
  choicesSchema,
  placements,
  poses,
  recipeIds,
  targets,
  textEncoders,
  variants,
} from '../../../src/contract/choices.ts';
import { planSchema } from '../../../src/contract/plan.ts';
import type { Machine } from '../../../src/machine/types.ts';
import { differences } from '../../../src/recipe/differences.ts';
import { RESERVE_BYTES } from '../../../src/recipe/disk-plan.ts';
import { plan } from '../../../src/recipe/plan.ts';
import { resolveChoices } from '../../../src/recipe/resolve-choices.ts';
import { stacks } from '../../../src/recipe/stacks.ts';
import { targetGpu } from '../../../src/recipe/target-gpu.ts';
import { gpu, input, machine } from './machines.ts';

const GB = 1e9;
const maybe = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: undefined });
const anyChoices: fc.Arbitrary<Choices> = fc
  .record({
    recipe: maybe(fc.constantFrom(...recipeIds)),
    target: maybe(fc.constantFrom(...targets)),
    gpu: maybe(fc.oneof(fc.nat(3), fc.constantFrom('auto', 'RTX 4090', 'T4', 'B300', 'Voodoo'))),
    variant: maybe(fc.constantFrom(...variants)),
    textEncoder: maybe(fc.constantFrom(...textEncoders)),
    attention: maybe(fc.constantFrom(...attentions)),
    stack: maybe(fc.constantFrom(...stacks().map(({ id }) => id), 'nope')),
    blockSwap: maybe(fc.nat(40)),
    placement: maybe(fc.constantFrom(...placements)),
    pose: maybe(fc.constantFrom(...poses)),
    diskReserveBytes: maybe(fc.nat(10 * GB)),
    image: maybe(fc.constant('someone/else:1')),
  })
  .map((choices) => choicesSchema.parse(JSON.parse(JSON.stringify(choices))));

const anyMachine: fc.Arbitrary<Machine> = fc
  .record({
    cards: fc.array(
      fc.record({
        memory: fc.constantFrom(4, 8, 12, 24, 48, 80, 180),
        cc: fc.constantFrom('6.1', '7.5', '8.0', '8.9', '9.0', '10.0', '10.3', '12.0', null),
        free: fc.nat(24),
      }),
      { maxLength: 3 },
    ),
    driver: fc.constantFrom('470.82', '535.183', '550.54.14', '570.26', '580.95'),
    free: fc.array(fc.option(fc.nat(200), { nil: null }), { minLength: 5, maxLength: 5 }),
    shared: fc.boolean(),
    wsl: fc.boolean(),
    containerd: fc.boolean(),
    memory: fc.constantFrom(8, 16, 32, 64, 256),
  })
  .map(({ cards, driver, free, shared, wsl, containerd, memory }) => {
    const at = machine();
    if (cards.length > 0) {
      const gpus = cards.map(({ memory: gib, cc, free: left }, index) =>
        gpu(`GPU ${index}`, gib, cc, { index, memoryFreeBytes: left * 1024 ** 3 }),
      );
      at.gpu = { state: 'ready', driver, cuda: null, gpus };
    }
    at.disk = at.disk.map((disk, index) => ({
      ...disk,
      freeBytes: free[shared ? 0 : index] === null ? null : (free[shared ? 0 : index] ?? 0) * GB,
      filesystem: shared ? 'one' : `fs${index}`,
    }));
    if (wsl) at.host.wslDistro = 'Ubuntu';
    at.host.memoryBytes = memory * 1024 ** 3;
    if (at.engine.state === 'ready') {
      at.engine.memoryBytes = at.host.memoryBytes;
      at.engine.imageStore = containerd ? 'containerd' : 'classic';
    }
    return at;
  });

test('any choices on any machine: a document of the contract, the same twice, and room where it says so', () => {
  let fits = 0;
  fc.assert(
    fc.property(anyChoices, anyMachine, (choices, at) => {
      const planned = plan(input({ choices, machine: at }));
      expect(planSchema.parse(planned.plan)).toEqual(planned.plan);
      expect(plan(input({ choices, machine: at })).plan).toEqual(planned.plan);
      // A person's choices are never changed.
      expect(planned.choices).toMatchObject(choices);
      expect(planned.plan.minutes.high).toBeGreaterThanOrEqual(planned.plan.minutes.low);
      if (planned.refusal) {
        expect(planned.refusal.code).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
        expect(planned.refusal.message).toMatch(/[.)]$/);
        expect(planned.refusal.message).not.toMatch(/failed to|unable to|please/i);
        return;
      }
      fits += 1;
      const reserve =
        choices.diskReserveBytes ??
        (planned.choices.recipe === 'rehearsal' ? 0.5 * GB : RESERVE_BYTES);
      for (const { freeBytes, peakBytes } of planned.filesystems ?? []) {
        if (peakBytes > 0) expect(freeBytes - peakBytes).toBeGreaterThanOrEqual(reserve);
      }
    }),
    { numRuns: 3000 },
  );
  expect(fits).toBeGreaterThan(300);
});

test('a profile of another machine is shown with what differs here, and why', () => {
  const at = machine({
    gpu: {
      state: 'ready',
      driver: '550.144.03',
      cuda: null,
      gpus: [gpu('NVIDIA GeForce RTX 3060', 12, '8.6')],
    },
  });
  const choices = resolveChoices({
    variant: 'fp8',
    stack: 'torch28-cu128',
    blockSwap: 10,
    attention: 'flash-attn',
  });
  const card = targetGpu(choices, at).gpu;
  if (!card) throw new Error('no GPU');
  expect(differences(choices, card, at)).toEqual([
    {
      key: 'stack',
      chosen: 'torch28-cu128',
      recommended: 'torch251-cu124',
      reason: expect.stringContaining('driver 550.144.03'),
    },
    {
      key: 'blockSwap',
      chosen: '10',
      recommended: '40',
      reason: expect.stringContaining('wait in memory'),
    },
  ]);
  expect(differences(resolveChoices({}), card, at)).toEqual([]);
});
