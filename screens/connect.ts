import { fetch } from 'undici';
import { connectedEngine } from '../src/commands/engine.ts';
import type { Io } from '../src/commands/io.ts';
import { startAgain } from '../src/launch/start-again.ts';
import { observeNetwork } from '../src/machine/network.ts';
import { walkRoad } from '../src/machine/provide-engine.ts';
import type { Machine } from '../src/machine/types.ts';
import { withKeptToken } from '../src/models/kept-token.ts';
import { throughProxies } from '../src/models/through-proxies.ts';
import { gatherFacts } from '../src/pipeline/planning.ts';
import { systemClock } from '../src/ports/clock.ts';
import { systemProcesses } from '../src/ports/processes.ts';
import { findProfile, listProfiles } from '../src/profiles/find-profile.ts';
import { places } from '../src/profiles/places.ts';
import { ProfileStore } from '../src/profiles/store.ts';
import { plan } from '../src/recipe/plan.ts';
import { beginRun } from '../src/runner/begin-run.ts';
import { newRunId } from '../src/runner/new-run.ts';
import { runRequestSchema } from '../src/runner/request.ts';
import { examineAll, observeRows } from './connect-look.ts';
import { askPassword, rootRights } from './connect-rights.ts';
import type { Asked, Planner, Seen, WizardWorld } from './deps.ts';

/** The world as the wizard sees it. Loaded after the first frame: it brings the whole engine. */
export function wizardWorld(io: Io): WizardWorld {
  const { runs: runsDir } = places(io.env, io.home);
  const ports = { env: io.env, clock: systemClock, processes: systemProcesses };
  return {
    observe: (choices, onSeen, signal) => observeRows(io, choices, onSeen, signal),
    examine: (onRows, signal) => examineAll(io, onRows, signal),
    planner: (asked, seen, hub, signal) => planner(asked, seen, hub, { io, runsDir, signal }),
    startRun: async (asked, seen, { exposeConfirmed, imageOnly }) => {
      const runId = newRunId(new Date());
      // What the screens do not ask about is as the schema has it.
      const until = imageOnly ? { until: 'image' } : {};
      const how = { cwd: io.cwd, answers: 'person', exposeConfirmed, ...until };
      const request = { v: 1, runId, ...asked, ...how };
      const { gpu } = seen.machine;
      const driver = gpu?.state === 'ready' ? gpu.driver : null;
      const env = await withKeptToken({ ...ports, home: io.home });
      await beginRun(runsDir, runRequestSchema.parse(request), env, driver);
      return { runId };
    },
    startAgain: (onLine, signal) => startLast(io, onLine, signal),
    measureMirrors: async (signal) => {
      const web = throughProxies(io.env);
      const asked = { ...ports, fetch: web, token: null, mirrors: true, signal };
      return (await observeNetwork(asked)).measured;
    },
    ownProfiles: async () =>
      listProfiles(io)
        .profiles.filter(({ origin }) => origin === 'own')
        .map(({ profile }) => profile.name),
    saveProfile: async (name, choices) =>
      (await new ProfileStore(io, systemClock).save(name, choices)).path,
    walkRoad: (road, machine, onLine, signal) => {
      const { host, engine } = machine as Machine;
      if (engine.state === 'ready') return Promise.resolve('ready');
      const onCommand = (command: string) => onLine(`$ ${command}`);
      return walkRoad(road, { ...ports, host, engine, onCommand, onLine, signal });
    },
    rehearsal: async () => {
      const { profile } = findProfile('rehearsal', io);
      return { choices: profile.choices, profile: profile.name };
    },
    rootRights,
    askPassword,
    tokenFrom: async () => {
      const { tokenWorld } = await import('./connect-token.ts');
      return tokenWorld(io).look().from;
    },
  };
}

async function planner(
  asked: Asked,
  { machine, inventory }: Seen,
  hub: number | null | undefined,
  { io, runsDir, signal }: { io: Io; runsDir: string; signal: AbortSignal },
): Promise<Planner> {
  const request = { ...asked, cwd: io.cwd, home: io.home, runsDir };
  const ports = { env: io.env, clock: systemClock, processes: systemProcesses };
  const facts = await gatherFacts(request, ports, signal, {
    known: {
      machine: machine as Machine,
      hubBytesPerSecond: hub,
      ...(inventory ? { inventory } : {}),
    },
  });
  const asksHub = asked.choices.recipe === undefined || asked.choices.recipe === 'steadydancer';
  return {
    plan: (of) => plan({ ...facts, ...of }),
    hubBytesPerSecond: asksHub ? facts.hubBytesPerSecond : undefined,
  };
}

async function startLast(io: Io, onLine: (line: string) => void, signal: AbortSignal) {
  const { docker, endpoint } = await connectedEngine(io);
  const launched = await startAgain(
    { local: !endpoint.remote },
    {
      docker,
      clock: systemClock,
      fetch,
      emit: (event) => {
        if (event.type === 'note') onLine(event.text);
      },
      // There is one question, a taken port, and its written default is the next one.
      ask: async (question) => question.unattended ?? 'back',
    },
    signal,
    onLine,
  );
  await launched.stopFollowing();
  return { url: launched.url };
}
