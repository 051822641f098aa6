// A failed run and the world that its fixes look at; tests change what they are about.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { Choices } from '../../../../src/contract/choices.ts';
import type { Diagnosis } from '../../../../src/contract/diagnosis.ts';
import { systemClock } from '../../../../src/ports/clock.ts';
import type { Ended, Processes } from '../../../../src/ports/processes.ts';
import { plan } from '../../../../src/recipe/plan.ts';
import { runRequestSchema } from '../../../../src/runner/request.ts';
import type {
  FailedRun,
  FixPlan,
  FixWorld,
  NotHere,
  Trouble,
} from '../../../../src/troubleshoot/fixes/types.ts';
import { gpu, input, machine } from '../../recipe/machines.ts';

const rtx4090 = machine({
  gpu: {
    state: 'ready',
    driver: '575.64',
    cuda: '12.9',
    gpus: [gpu('NVIDIA GeForce RTX 4090', 24, '8.9')],
  },
});

export function diagnosisOf(code: string, text: string, more: Partial<Diagnosis> = {}): Diagnosis {
  const evidence = { line: 1, text };
  return { code, title: code, cause: '', evidence, fixes: [], confidence: 1, ...more };
}

export function failedRun(choices: Choices, more: Partial<FailedRun> = {}): FailedRun {
  const request = runRequestSchema.parse({
    ...{ v: 1, runId: '20261124-140000-c2d1', profile: 'mine', choices },
    ...{ cwd: '/home/mia', answers: 'person' },
  });
  return {
    id: request.runId,
    dir: '/nowhere',
    request,
    phase: 'image',
    result: null,
    planned: plan(input({ machine: rtx4090, choices })),
    steps: { done: 0, total: 0 },
    container: null,
    ...more,
  };
}

export function troubleOf(run: FailedRun | null, ...diagnoses: Diagnosis[]): Trouble {
  return { run, diagnoses };
}

/** Commands that were started, as one would type them. */
export class Commands implements Processes {
  readonly ran: string[] = [];
  readonly #exitCode: number;

  constructor(exitCode = 0) {
    this.#exitCode = exitCode;
  }

  async run(): Promise<Ended> {
    return { exitCode: 1, stdout: '', stderr: '', timedOut: false };
  }

  start(file: string, args: readonly string[]) {
    this.ran.push([file, ...args].join(' '));
    const stderr = this.#exitCode === 0 ? '' : 'E: it is locked\n';
    const ended = { exitCode: this.#exitCode, stdout: '', stderr, timedOut: false };
    return { stdout: Readable.from([]), stderr: Readable.from([]), ended: Promise.resolve(ended) };
  }
}

export function worldOf(more: Partial<FixWorld> = {}): FixWorld {
  return {
    env: {},
    home: '/home/mia',
    runsDir: mkdtempSync(join(tmpdir(), 'sd-fixes-')),
    processes: new Commands(),
    clock: systemClock,
    fetch,
    docker: null,
    machine: rtx4090,
    plan: async (choices) => plan(input({ machine: more.machine ?? rtx4090, choices })),
    signal: new AbortController().signal,
    ...more,
  };
}

/** The plan that an action made; throws why it made none. */
export function made(plan: FixPlan | NotHere): FixPlan {
  if ('not' in plan) throw new Error(plan.not);
  return plan;
}
