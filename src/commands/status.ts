import { join } from 'node:path';
import { exitCodes } from '../contract/exit-codes.ts';
import { phaseIds } from '../contract/ids.ts';
import type { RunStatus, Status } from '../contract/status.ts';
import { inventory as takeInventory } from '../machine/inventory.ts';
import type { Inventory } from '../machine/types.ts';
import { reduceRun } from '../pipeline/reducer.ts';
import { emptyRunState } from '../pipeline/run-state.ts';
import { systemClock } from '../ports/clock.ts';
import { connectDocker, resolveEndpoint } from '../ports/docker.ts';
import { places } from '../profiles/places.ts';
import { followEvents } from '../runner/follow.ts';
import { findRun, type KnownRun, knownRuns } from '../runner/live-runs.ts';
import { runFiles } from '../runner/run-record.ts';
import { type Io, outJson } from './io.ts';
import { currentPods } from './our-pods.ts';

/** `steadydancer status`: what runs, the last run, and what killed runs left behind. */
export async function status(options: { json?: boolean }, io: Io): Promise<number> {
  const document = await currentStatus(io);
  if (options.json) outJson(io, document);
  else for (const line of statusLines(document)) io.out(line);
  return exitCodes.done;
}

/** Looks at the engine and at runs/. An engine that cannot be asked is a note, not a failure. */
export async function currentStatus(io: Pick<Io, 'env' | 'home'>): Promise<Status> {
  const { runs: runsDir } = places(io.env, io.home);
  const [{ found, note }, pods] = await Promise.all([look(runsDir, io), currentPods(io)]);
  const last = await findRun(runsDir);
  const run = last ? await runStatus(last) : null;
  const containers = found.containers.map((container) => ({
    id: container.id,
    name: container.name,
    state: container.state,
    image: container.image,
    role: container.role,
    profile: container.profile,
    run: container.run,
    url: addressOf(container),
  }));
  const up = containers.some((container) => container.state === 'running');
  return {
    v: 1,
    running: up || run?.state === 'running' || pods.length > 0,
    containers,
    ...(pods.length > 0 ? { pods } : {}),
    ...(run ? { run } : {}),
    leftovers: await leftovers(runsDir, found),
    ...(note ? { note } : {}),
  };
}

async function look(runsDir: string, io: Pick<Io, 'env' | 'home'>) {
  try {
    const docker = await connectDocker(await resolveEndpoint(io.env, io.home));
    return { found: await takeInventory({ docker, runsDir }), note: null };
  } catch (error) {
    const found = await takeInventory({ docker: null, runsDir });
    const why = error instanceof Error ? error.message : String(error);
    return { found, note: `Docker could not be asked: ${why}` };
  }
}

async function runStatus({ dir, record, live }: KnownRun): Promise<RunStatus> {
  let state = emptyRunState;
  const events = followEvents(join(dir, runFiles.events), {
    clock: systemClock,
    alive: () => false,
  });
  for await (const event of events) state = reduceRun(state, event);
  const { result } = state;
  const phase = phaseIds.find((id) => state.phases[id].state === 'running') ?? null;
  return {
    id: record.id,
    dir,
    profile: record.profile,
    recipe: record.recipe,
    state: result ? 'finished' : live ? 'running' : 'dead',
    pid: live ? record.pid : null,
    startedAt: record.startedAt,
    phase: result?.phase ?? phase,
    ok: result?.ok ?? null,
    summary: result?.summary ?? (live ? `In ${phase ?? 'preparation'}.` : deadSentence(phase)),
  };
}

function deadSentence(phase: string | null): string {
  return `Its process is gone and left no result (last seen in ${phase ?? 'preparation'}).`;
}

function addressOf({ state, ports }: Inventory['containers'][number]): string | null {
  const [port] = ports;
  if (state !== 'running' || !port) return null;
  const host = port.host === '0.0.0.0' || port.host === '' ? '127.0.0.1' : port.host;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port.hostPort}`;
}

/**
 * What the last run left when it was killed. Older dead runs are history: a later run has gone on
 * from what they left, and has taken over their container.
 */
async function leftovers(runsDir: string, found: Inventory): Promise<Status['leftovers']> {
  const [newest] = await knownRuns(runsDir);
  const last = found.runs.find(({ id }) => id === newest?.record.id);
  if (last?.state !== 'dead') return [];
  const left = {
    kind: 'run',
    name: last.id,
    text: `Run ${last.id} was killed; run again to go on from what is done.`,
  };
  const containers = found.containers
    .filter(({ run }) => run === last.id)
    .map(({ name, state }) => ({
      kind: 'container',
      name,
      text: `Container ${name} (${state}) is of the killed run ${last.id}; the next run takes it over, \`steadydancer stop\` ends it.`,
    }));
  return [left, ...containers];
}

function statusLines(document: Status): string[] {
  const lines = [document.running ? 'Running.' : 'Nothing runs.'];
  for (const { name, state, url } of document.containers) {
    lines.push(`  container ${name}: ${state}${url ? `, ${url}` : ''}`);
  }
  for (const { id, name, gpu, state, costPerHour, costUsd, url } of document.pods ?? []) {
    const costs = `${costPerHour ?? '?'} $/h, about ${costUsd.toFixed(2)} $ so far`;
    lines.push(
      `  pod ${id ?? name}, ${gpu ?? 'GPU not known'}: ${state}, ${costs}${url ? `, ${url}` : ''}`,
    );
    lines.push('    it costs until it is ended: steadydancer stop');
  }
  const { run } = document;
  if (run) {
    lines.push(`  ${run.state === 'running' ? 'run' : 'last run'} ${run.id}: ${run.summary}`);
  }
  for (const { text } of document.leftovers) lines.push(`  ! ${text}`);
  if (document.note) lines.push(`  ! ${document.note}`);
  return lines;
}
