import type { Asked, Begun, FirstSight } from '../../screens/deps.ts';
import type { Choices } from '../../src/contract/choices.ts';
import type { Inventory, Machine } from '../../src/machine/types.ts';
import { plan } from '../../src/recipe/plan.ts';
import { gpu, input, machine } from '../unit/recipe/machines.ts';
import { seen } from './data/machine.ts';
import { world } from './world.tsx';

const GIB = 1024 ** 3;

/** Situation 1's card in a Linux machine with room for everything. */
export const rtx4090: Machine = machine({
  gpu: {
    state: 'ready',
    driver: '580.95.05',
    cuda: '13.0',
    gpus: [gpu('NVIDIA GeForce RTX 4090', 24, '8.9', { memoryFreeBytes: 23 * GIB })],
  },
});

/** The same with so much memory that fp16 cannot be loaded. */
export const littleMemory: Machine = withMemory(rtx4090, 31 * GIB);

/** The same with a disk that nothing fits on. */
export const fullDisk: Machine = {
  ...rtx4090,
  disk: rtx4090.disk.map((fact) => ({ ...fact, freeBytes: 30e9 })),
};

function withMemory(of: Machine, memoryBytes: number): Machine {
  const { engine, host } = of;
  if (engine.state !== 'ready') throw new Error('the engine of the test machine is ready');
  return { ...of, engine: { ...engine, memoryBytes }, host: { ...host, memoryBytes } };
}

export const noneLeft: Inventory = { containers: [], images: [], volumes: [], runs: [] };

/** A wizard over a machine, with the real plan; what it is told to do is written down. */
export function plannedWorld(
  options: { machine?: Machine; inventory?: Inventory; sight?: Partial<FirstSight> } = {},
) {
  const w = world(options.sight ? { sight: options.sight } : {});
  const of = options.machine ?? rtx4090;
  const saved: { name: string; choices: Choices }[] = [];
  const begun: { asked: Asked; how: Begun }[] = [];
  const all = { machine: of, checks: seen.checks, inventory: options.inventory ?? noneLeft };
  Object.assign(w.deps, {
    observe: async (_choices: Choices, onSeen: (what: typeof all) => void) => {
      onSeen(all);
      return all;
    },
    planner: async () => ({
      plan: (asked: Asked) => plan(input({ machine: of, hubBytesPerSecond: 38e6, ...asked })),
      hubBytesPerSecond: 38e6,
    }),
    saveProfile: async (name: string, choices: Choices) => {
      saved.push({ name, choices });
      return `/profiles/${name}.json`;
    },
    ownProfiles: async () => ['evening'],
    startRun: async (asked: Asked, _seen: unknown, how: Begun) => {
      begun.push({ asked, how });
      return { runId: '20261124-140000-7f3a' };
    },
  });
  return { ...w, saved, begun };
}

export const keys = {
  enter: '\r',
  escape: '\x1b',
  up: '\x1b[A',
  down: '\x1b[B',
  right: '\x1b[C',
  tab: '\t',
  backspace: '\x7f',
} as const;
