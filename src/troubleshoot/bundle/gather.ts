import { readFile } from 'node:fs/promises';
import { release } from 'node:os';
import { join } from 'node:path';
import type Docker from 'dockerode';
import type { BundleEntry } from '../../contract/bundle.ts';
import { choicesSchema } from '../../contract/choices.ts';
import type { DoctorReport } from '../../contract/doctor.ts';
import { examine } from '../../doctor/examine.ts';
import type { Machine } from '../../machine/types.ts';
import type { Ports } from '../../pipeline/context.ts';
import { planHere } from '../../pipeline/planning.ts';
import { connectDocker, resolveEndpoint } from '../../ports/docker.ts';
import type { KnownRun } from '../../runner/live-runs.ts';
import { runFiles } from '../../runner/run-record.ts';
import { anonymise, anonymiseDeep, type Hidden } from '../../text/anonymise.ts';
import { diagnoseRun, readEvents } from '../run-diagnosis.ts';
import { containerFacts, containerOfRun, containerTail } from './container-facts.ts';
import { eventsText } from './events-text.ts';
import { type HiddenFrom, hiddenHere } from './hidden.ts';
import { logText } from './log-text.ts';

/** A file of the archive: its text may leave the machine. */
export interface BundleFile extends BundleEntry {
  text: string;
}

export interface Gathered {
  files: BundleFile[];
  missing: { name: string; why: string }[];
}

export interface GatherInput {
  /** Null: there is no run yet; then it tells of the machine alone. */
  run: KnownRun | null;
  runsDir: string;
  home: string;
  cwd: string;
  /** Of this program. */
  version: string;
  ports: Ports;
  /** Names that are hidden beside those of the environment; for tests. */
  names?: Pick<HiddenFrom, 'user' | 'host'>;
  signal: AbortSignal;
}

const TAIL_LINES = 400;

/**
 * Everything that a bug report needs, each part by itself: what cannot be had is named with its
 * reason and stops nothing. All of it is anonymised here, on its way into the list.
 * @throws the signal's reason
 */
export async function gather(input: GatherInput): Promise<Gathered> {
  const { run, ports, home, signal } = input;
  const docker = await engine(input);
  const engineHost = await docker?.info().then(
    ({ Name }) => String(Name),
    () => null,
  );
  const hidden = await hiddenHere({
    env: ports.env,
    home,
    ...input.names,
    engineHost: engineHost ?? null,
  });
  const examined = examine({
    env: ports.env,
    home,
    processes: ports.processes,
    clock: ports.clock,
    port: 8188,
    network: true,
    signal,
  });
  examined.catch(() => {});
  const parts: Part[] = [
    json('versions.json', 'this program, Node, Docker, driver', async () =>
      versions((await examined).machine, input.version),
    ),
    json('doctor.json', 'checks of this machine', async () => doctorOf((await examined).results)),
    json('plan.json', 'what the run would do now', () => planOf(input)),
    ...(run ? partsOfRun(run, docker, hidden) : []),
  ];
  const gathered: Gathered = { files: [], missing: [] };
  for (const { name, what, make } of parts) {
    try {
      const text = await make(hidden);
      signal.throwIfAborted();
      gathered.files.push({ name, what, text, bytes: Buffer.byteLength(text) });
    } catch (error) {
      signal.throwIfAborted();
      const why = error instanceof Error ? error.message : String(error);
      gathered.missing.push({ name, why: anonymise(why, hidden) });
    }
  }
  const about = aboutText(gathered, run);
  const first = {
    name: 'README.txt',
    what: 'what is in here',
    text: about,
    bytes: Buffer.byteLength(about),
  };
  return { ...gathered, files: [first, ...gathered.files] };
}

interface Part {
  name: string;
  what: string;
  make(hidden: Hidden): Promise<string>;
}

function json(name: string, what: string, make: () => Promise<unknown>): Part {
  const text = async (hidden: Hidden) =>
    `${JSON.stringify(anonymiseDeep(await make(), hidden), null, 2)}\n`;
  return { name, what, make: text };
}

function partsOfRun(run: KnownRun, docker: Docker | null, hidden: Hidden): Part[] {
  const { dir } = run;
  const file = (name: string, what: string, make: () => Promise<string>): Part => ({
    name,
    what,
    make: async () => make(),
  });
  const log = (name: string, what: string) =>
    file(name, what, () => logText(dir, name, hidden, TAIL_LINES));
  return [
    json('run.json', 'what was asked, and how it ended', async () => ({
      record: { ...run.record, live: run.live },
      request: JSON.parse(await readFile(join(dir, runFiles.request), 'utf8')),
    })),
    json('diagnosis.json', 'causes that were found', () => diagnoseRun(dir)),
    file(runFiles.events, 'events of the run', async () =>
      eventsText(await readEvents(dir), hidden),
    ),
    log(runFiles.buildLog, 'build log around the failure'),
    log(runFiles.containerLog, "the container's log around the failure"),
    log(runFiles.runnerLog, "the run's own errors"),
    json('container.json', 'the container: limits, ports, how it ended', async () => {
      const id = docker ? await containerOfRun(docker, run.record.id) : null;
      if (!docker) throw new Error('Docker does not answer.');
      if (id === null) throw new Error('The run has no container.');
      return {
        ...(await containerFacts(docker, id)),
        lastLines: await containerTail(docker, id, 60).catch(() => []),
      };
    }),
  ];
}

async function engine({ ports, home }: GatherInput): Promise<Docker | null> {
  return resolveEndpoint(ports.env, home)
    .then((endpoint) => connectDocker(endpoint))
    .catch(() => null);
}

function versions({ host, engine: found, gpu, disk }: Machine, version: string) {
  return {
    steadydancer: version,
    node: process.version,
    platform: host.platform,
    arch: host.arch,
    kernel: release(),
    distribution: host.distro ?? [],
    wsl: host.wslDistro,
    container: host.container,
    cores: host.cores,
    memoryBytes: host.memoryBytes,
    engine:
      found.state === 'ready'
        ? {
            version: found.version,
            api: found.apiVersion,
            os: found.operatingSystem,
            arch: found.arch,
            buildx: found.buildx,
            imageStore: found.imageStore,
          }
        : { state: found.state, proof: found.proof },
    gpu:
      gpu.state === 'ready'
        ? {
            driver: gpu.driver,
            cuda: gpu.cuda,
            gpus: gpu.gpus.map(({ name, memoryTotalBytes, computeCapability }) => ({
              name,
              memoryTotalBytes,
              computeCapability,
            })),
          }
        : { state: gpu.state, proof: gpu.proof },
    disk: disk.map(({ place, freeBytes, totalBytes, writable }) => ({
      place,
      freeBytes,
      totalBytes,
      writable,
    })),
  };
}

function doctorOf(results: Awaited<ReturnType<typeof examine>>['results']): DoctorReport {
  return {
    v: 1,
    checks: results.map(({ id, title, status, detail, fix }) => ({
      id,
      title,
      status,
      detail,
      ...(fix ? { fix } : {}),
    })),
  };
}

async function planOf({ run, runsDir, home, cwd, ports, signal }: GatherInput): Promise<unknown> {
  const choices = choicesSchema.parse(run?.record.choices ?? {});
  const profile = run?.record.profile ?? null;
  const { planned } = await planHere({ choices, profile, cwd, home, runsDir }, ports, signal);
  return { plan: planned.plan, refusal: planned.refusal?.message ?? null };
}

function aboutText({ files, missing }: Gathered, run: KnownRun | null): string {
  return [
    'A report of steadydancer, for a person who helps with a failure.',
    '',
    run ? `Run ${run.record.id}, recipe ${run.record.recipe}.` : 'There was no run yet.',
    '',
    ...files.map(({ name, what }) => `${name.padEnd(18)} ${what}`),
    ...missing.map(({ name, why }) => `${name.padEnd(18)} not here: ${why}`),
    '',
    'Tokens, passwords, signed addresses, names of the person and the machine, home folders,',
    'mail and network addresses are replaced: [redacted], <user>, <host>, <ip>, ~.',
    '',
  ].join('\n');
}
