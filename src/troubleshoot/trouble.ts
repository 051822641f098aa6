import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type Docker from 'dockerode';
import type { Choices } from '../contract/choices.ts';
import type { Diagnosis } from '../contract/diagnosis.ts';
import { Failure, UsageError } from '../contract/failure.ts';
import { labels, phaseIds } from '../contract/ids.ts';
import type { Fetch } from '../machine/network.ts';
import { throughProxies } from '../models/through-proxies.ts';
import type { Ports } from '../pipeline/context.ts';
import { type PlannedHere, planHere } from '../pipeline/planning.ts';
import { reduceRun } from '../pipeline/reducer.ts';
import { buildSteps, emptyRunState, type RunState } from '../pipeline/run-state.ts';
import { connectDocker, resolveEndpoint } from '../ports/docker.ts';
import { runRequestSchema } from '../runner/request.ts';
import { runFiles } from '../runner/run-record.ts';
import type { FailedRun, FixWorld, Trouble } from './fixes/types.ts';
import { registered } from './registry.ts';
import { diagnoseRun, readEvents } from './run-diagnosis.ts';

export interface TroubleInput {
  /** Null: the failure was not a run's; `diagnoses` say what it is. */
  runDir: string | null;
  diagnoses?: readonly Diagnosis[];
  runsDir: string;
  home: string;
  cwd: string;
  ports: Ports;
  signal: AbortSignal;
}

/** A failure with the machine as it is now: everything that the fixes are measured against. */
export interface Situation {
  trouble: Trouble;
  world: FixWorld;
}

/**
 * Looks at a failed run and at the machine. Works without an engine; what cannot be planned any more
 * is null. Throws the signal's reason.
 */
export async function situationOf(input: TroubleInput): Promise<Situation> {
  const { runDir, runsDir, home, cwd, ports, signal } = input;
  const request = runDir === null ? null : await readRequest(runDir);
  const planWith = (choices: Choices): Promise<PlannedHere> =>
    planHere(
      { choices, profile: request?.profile ?? null, cwd: request?.cwd ?? cwd, home, runsDir },
      ports,
      signal,
    );
  const here = await planWith(request?.choices ?? { recipe: 'rehearsal' }).catch(
    (error: unknown) => {
      if (error instanceof Failure || error instanceof UsageError) return null;
      throw error;
    },
  );
  const { machine } = here ?? (await planWith({ recipe: 'rehearsal' }));
  const docker = await connected(ports.env, home);
  const world: FixWorld = {
    ...ports,
    home,
    runsDir,
    fetch: throughProxies(ports.env) as Fetch,
    docker,
    machine,
    plan: async (choices) => (await planWith(choices)).planned,
    signal,
  };
  if (runDir === null || !request) {
    return { trouble: { diagnoses: input.diagnoses ?? [], run: null }, world };
  }
  const [found, state] = await Promise.all([diagnoseRun(runDir, signal), stateOf(runDir)]);
  const run: FailedRun = {
    id: request.runId,
    dir: runDir,
    request,
    phase: state.result?.phase ?? failedPhase(state),
    result: state.result,
    planned: here?.planned ?? null,
    steps: stepsOf(state),
    container: docker ? await containerOf(docker, request.runId) : null,
  };
  return { trouble: { diagnoses: found.length > 0 ? found : [unnamed(state)], run }, world };
}

/** A run that ended without a word: its process is gone, or it met a bug. */
function unnamed(state: RunState): Diagnosis {
  const sentence = state.result?.summary ?? 'The run ended without a result: its process is gone.';
  const entry = registered('run-lost');
  return {
    code: 'run-lost',
    title: sentence,
    cause: entry?.cause ?? sentence,
    evidence: { line: 1, text: sentence },
    fixes: [
      { label: 'Try again: what is done is kept', applies: 'retry', command: 'steadydancer run' },
    ],
    confidence: 0.3,
  };
}

async function readRequest(runDir: string) {
  const text = await readFile(join(runDir, runFiles.request), 'utf8').catch(() => null);
  if (text === null) return null;
  const parsed = runRequestSchema.safeParse(JSON.parse(text));
  return parsed.success ? parsed.data : null;
}

async function stateOf(runDir: string): Promise<RunState> {
  return (await readEvents(runDir)).reduce(reduceRun, emptyRunState);
}

function failedPhase({ phases }: RunState): FailedRun['phase'] {
  return phaseIds.find((id) => phases[id].state === 'failed') ?? null;
}

function stepsOf(state: RunState): FailedRun['steps'] {
  const steps = buildSteps(state);
  return { done: steps.filter((step) => step.state === 'done').length, total: steps.length };
}

async function connected(env: NodeJS.ProcessEnv, home: string): Promise<Docker | null> {
  return resolveEndpoint(env, home)
    .then((endpoint) => connectDocker(endpoint))
    .catch(() => null);
}

async function containerOf(docker: Docker, runId: string): Promise<FailedRun['container']> {
  const filters = { label: [`${labels.run}=${runId}`] };
  const found = await docker.listContainers({ all: true, filters }).catch(() => []);
  const [first] = found;
  return first ? { id: first.Id, name: (first.Names[0] ?? first.Id).replace(/^\//, '') } : null;
}
