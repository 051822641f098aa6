import { exitCodes } from '../contract/exit-codes.ts';
import { Failure } from '../contract/failure.ts';
import { stopContainers } from '../launch/stop.ts';
import { systemClock } from '../ports/clock.ts';
import { places } from '../profiles/places.ts';
import { sendControl } from '../runner/control-client.ts';
import { type KnownRun, knownRuns } from '../runner/live-runs.ts';
import { processLives } from '../runner/run-record.ts';
import { connectedEngine } from './engine.ts';
import { type Io, outJson } from './io.ts';
import { endPods } from './our-pods.ts';

export interface StopOptions {
  profile?: string;
  run?: boolean;
  json?: boolean;
}

/** A run stops its build and removes its container first; longer than that is a run that hangs. */
const RUN_ENDS_MS = 60_000;
const POLL_MS = 100;

/** `steadydancer stop`: our containers and rented pods, or with `--run` the run that is going on. */
export async function stop(options: StopOptions, io: Io): Promise<number> {
  const live = await liveRun(options, io);
  if (options.run) return stopRun(live, options, io);
  // What costs money comes first, and does not wait for an engine or a run.
  const { ended, failure, any } = await endPods(options.profile, io);
  for (const { id, name, costUsd } of options.json ? [] : ended) {
    io.say(`Pod ${id ?? name} is ended, after about ${costUsd.toFixed(2)} $.`);
  }
  if (live) throw runGoesOn(live);
  const stopped = await stopOurs(options, any, io);
  if (failure) throw failure;
  const pods = ended.length > 0 ? { pods: ended } : {};
  if (options.json) outJson(io, { v: 1, ok: true, stopped, ...pods });
  else if (stopped.length === 0 && ended.length === 0) io.say('Nothing of ours runs.');
  else for (const { name } of stopped) io.say(`Container ${name} is stopped; it is kept.`);
  return exitCodes.done;
}

/** Our containers. Who has a pod needs no engine here: that it is not there is only said. */
async function stopOurs({ profile }: StopOptions, hasPod: boolean, io: Io) {
  try {
    const { docker } = await connectedEngine(io);
    return await stopContainers(docker, profile === undefined ? {} : { profile });
  } catch (error) {
    if (!hasPod || !(error instanceof Failure)) throw error;
    io.say(`Containers were not looked at: ${error.message}`);
    return [];
  }
}

async function stopRun(live: KnownRun | null, options: StopOptions, io: Io): Promise<number> {
  if (!live) {
    if (options.json) outJson(io, { v: 1, ok: true, stopped: [] });
    else io.say('No run is going on.');
    return exitCodes.done;
  }
  const { id, pid, pidStartedAt } = live.record;
  const reply = await sendControl(live.dir, { type: 'cancel', signal: 'SIGINT' });
  const begin = systemClock.monotonicMs();
  while (processLives(pid, pidStartedAt)) {
    if (!reply.ok || systemClock.monotonicMs() - begin > RUN_ENDS_MS) throw runStays(live, reply);
    await systemClock.sleep(POLL_MS);
  }
  if (options.json) outJson(io, { v: 1, ok: true, stopped: [], run: id });
  else io.say(`Run ${id} is stopped; finished steps are kept.`);
  return exitCodes.done;
}

async function liveRun({ profile }: StopOptions, io: Io): Promise<KnownRun | null> {
  const runs = await knownRuns(places(io.env, io.home).runs);
  return (
    runs.find(({ live, record }) => live && (profile ?? record.profile) === record.profile) ?? null
  );
}

function runGoesOn({ record }: KnownRun): Failure {
  return new Failure({
    code: 'run-already-running',
    sentence: `Run ${record.id} is going on (process ${record.pid}): it has to be stopped first.`,
    phase: 'launch',
    fixes: [
      { label: 'Stop the run', command: 'steadydancer stop --run' },
      { label: 'Look at it', command: 'steadydancer attach' },
    ],
  });
}

function runStays({ record }: KnownRun, reply: { ok: boolean; why?: string }): Failure {
  return new Failure({
    code: 'run-does-not-stop',
    sentence: `Run ${record.id} (process ${record.pid}) does not stop.`,
    proof: reply.ok ? `no end in ${RUN_ENDS_MS / 1000} s` : (reply.why ?? 'no answer'),
    phase: 'launch',
    fixes: [{ label: 'End its process', command: `kill ${record.pid}` }],
  });
}
