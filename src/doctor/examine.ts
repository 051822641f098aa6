import type Docker from 'dockerode';
import { inventory } from '../machine/inventory.ts';
import { type Fetch, type NetworkReport, observeNetwork } from '../machine/network.ts';
import { type ObserveOptions, observe } from '../machine/observe.ts';
import { reclaimable } from '../machine/reclaimable.ts';
import type { Inventory, Machine } from '../machine/types.ts';
import { hubAccess } from '../models/hub-access.ts';
import { throughProxies } from '../models/through-proxies.ts';
import type { Clock } from '../ports/clock.ts';
import { connectDocker, resolveEndpoint } from '../ports/docker.ts';
import type { Processes } from '../ports/processes.ts';
import { withTimeLimit } from '../ports/time-limit.ts';
import { places } from '../profiles/places.ts';
import { allChecks } from './checks/index.ts';
import { runChecks } from './run-checks.ts';
import type { TimedResult } from './types.ts';

export interface Examination {
  env: NodeJS.ProcessEnv;
  /** By default that of the person in front, SUDO_USER's under sudo. */
  home?: string;
  processes: Processes;
  clock: Clock;
  port: number;
  /** False: nothing is fetched. */
  network: boolean;
  /** By default the global one, through the proxies of `env`. */
  fetch?: Fetch;
  /** Prefix of /proc, /sys, /etc …; '' on a real machine. */
  root?: string;
  signal?: AbortSignal;
  onResult?: (result: TimedResult) => void;
  /** Called as soon as a part of the machine is seen, for screens that fill in. */
  onPart?: (part: Partial<Machine>) => void;
  /** Places that the choices name; what is left out has its default. */
  dirs?: ObserveOptions['dirs'];
}

/** An engine that counts longer than this is left to it: doctor answers within a second. */
const COUNT_MS = 700;

/** Looks at machine, inventory and network side by side, then runs every check over them. */
export async function examine(
  asked: Examination,
): Promise<{ machine: Machine; results: TimedResult[]; inventory: Inventory | null }> {
  const { env, processes, clock, signal } = asked;
  const network = asked.network ? reportNetwork(asked) : null;
  // Its checks await it; a rejection before that must not end the process.
  network?.catch(() => {});
  const machine = await observe({
    env,
    processes,
    clock,
    signal,
    ...(asked.home ? { home: asked.home } : {}),
    ...(asked.root ? { root: asked.root } : {}),
    ...(asked.onPart ? { onPart: asked.onPart } : {}),
    ...(asked.dirs ? { dirs: asked.dirs } : {}),
  });
  const docker = await connected(machine, asked);
  const sums = docker
    ? reclaimable(docker, { timeoutMs: COUNT_MS, signal }).catch(() => null)
    : Promise.resolve(null);
  const found = await lookForOurs(machine, docker, asked);
  const { port } = asked;
  const context = { machine, inventory: found, env, port, network, reclaimable: sums };
  const results = await runChecks(allChecks, context, {
    signal,
    ...(asked.onResult ? { onResult: asked.onResult } : {}),
  });
  return { machine, results, inventory: found };
}

/** Null where no engine is ready. */
async function connected({ engine, host }: Machine, { env, signal }: Examination) {
  if (engine.state !== 'ready') return null;
  const endpoint = await resolveEndpoint(env, host.home);
  return connectDocker(endpoint, { timeoutMs: 1_000, ...(signal ? { signal } : {}) }).catch(() => {
    signal?.throwIfAborted();
    return null;
  });
}

async function lookForOurs(
  { host }: Machine,
  docker: Docker | null,
  { env, signal }: Examination,
): Promise<Inventory | null> {
  const runsDir = places(env, host.home).runs;
  try {
    return await withTimeLimit(() => inventory({ docker, runsDir }), { timeoutMs: 2_000, signal });
  } catch {
    signal?.throwIfAborted();
    return null;
  }
}

async function reportNetwork(asked: Examination): Promise<NetworkReport> {
  const { env, processes, signal } = asked;
  return observeNetwork({
    env,
    processes,
    signal,
    fetch: asked.fetch ?? throughProxies(env),
    token: hubAccess(env).token,
    // Mirrors share the line with what is measured: only where they are likely to be wanted.
    mirrors: /^zh_CN/.test(env.LC_ALL || env.LANG || ''),
  });
}
