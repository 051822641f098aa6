import type Docker from 'dockerode';
import { Failure } from '../contract/failure.ts';
import { publishedPort, reachable } from './address.ts';
import { type FollowedLog, followContainerLog } from './container-log.ts';
import type { ExtraModel } from './extra-models.ts';
import { makeWay } from './make-way.ts';
import { earlierLife } from './named-container.ts';
import { answers, type HttpGet, READY_LIMIT_MS, waitReady } from './ready.ts';
import { refusalOf } from './refusals.ts';
import { type Aside, dropAside, putBack, setAside, toldOf } from './set-aside.ts';
import { freePort, type PortInput, type PortPorts, portTakenMeanwhile } from './settle-port.ts';
import { type StartupFinding, StartupLog } from './startup-log.ts';

export interface LaunchPorts extends PortPorts {
  fetch: HttpGet;
}

export interface LaunchInput extends PortInput {
  name: string;
  planDigest: string;
  /** The spec with the port that it will be published on (container-spec.ts). */
  spec(port: number): Docker.ContainerCreateOptions;
  /** Host part of the address that the server is asked at; default 127.0.0.1 or what `listen` says. */
  reachAt?: string;
  /** False for an image of the person's own, whose log may not say ComfyUI's words. */
  needsLine: boolean;
  /** Models outside the models folder; the mounts of `spec` have them too. */
  extraModels?: readonly ExtraModel[];
  limitMs?: number;
  /** The container's raw output is appended here. */
  logFile?: string;
  onLine?: (line: string) => void;
  onFinding?: (finding: StartupFinding) => void;
}

export interface Launched {
  id: string;
  name: string;
  url: string;
  port: number;
  /** How it came to run. */
  by: 'created' | 'started-again' | 'reused';
  readyMs: number;
  /** Ends following the container's output; the container goes on. */
  stopFollowing(): Promise<void>;
}

/** How often a port may be taken away between look and start. */
const PORT_ATTEMPTS = 5;
const STOP_PATIENCE_S = 10;

/**
 * Brings the container up and waits until it is ready.
 *
 * What stays behind: a container that *failed* (ended by itself, or was not ready in time) is kept,
 * stopped, for its log, and the Failure names it. When `signal` ends the launch, a container that
 * this call created is removed, one that it started again is stopped, and one that ran before is
 * left running. One that is replaced goes only when the new one is ready; else it is put back.
 * @throws Failure (codes in refusals.ts) or the signal's reason
 */
export async function launch(
  input: LaunchInput,
  ports: LaunchPorts,
  signal: AbortSignal,
): Promise<Launched> {
  signal.throwIfAborted();
  const image = input.spec(input.port).Image;
  // A tag can have moved on since; only an id says which image is meant.
  const imageId = image?.startsWith('sha256:') ? { imageId: image } : {};
  const way = await makeWay(
    {
      ...{ name: input.name, planDigest: input.planDigest, ...imageId },
      extraModels: input.extraModels ?? [],
    },
    ports,
  );
  if (way?.kind === 'there' && way.running) return reuse(way.info, input, ports, signal);
  const replaced: Replaced = { aside: way?.kind === 'aside' ? way.aside : null };
  try {
    const stopped = way?.kind === 'there' ? way.info : null;
    const launched = await bringUp(stopped, replaced, input, ports, signal);
    if (replaced.aside) await dropAside(input.name, ports);
    return launched;
  } catch (error) {
    if (!replaced.aside) throw error;
    const failedName = await putBack(replaced.aside, ports).catch(() => null);
    throw toldOf(error, input.name, failedName);
  }
}

/** What made way for the new container. */
interface Replaced {
  aside: Aside | null;
}

/** Starts the stopped container of this plan again, else makes a new one. */
async function bringUp(
  stopped: Docker.ContainerInspectInfo | null,
  replaced: Replaced,
  input: LaunchInput,
  ports: LaunchPorts,
  signal: AbortSignal,
): Promise<Launched> {
  let port = await freePort(input, ports);
  if (stopped) {
    const same = publishedPort(stopped) === port;
    if (same && (await startsAgain(stopped, ports))) {
      return follow({ info: stopped, port, by: 'started-again' }, input, ports, signal);
    }
    // A port cannot be changed: the same plan on another port is a new container.
    replaced.aside = await setAside(stopped, input.name, ports);
  }
  for (let attempt = 1; ; attempt += 1) {
    signal.throwIfAborted();
    const info = await createAndStart(input.spec(port), input.name, ports).catch((error) => {
      if (error instanceof Failure && error.code === 'port-taken' && attempt < PORT_ATTEMPTS) {
        return null;
      }
      throw error;
    });
    if (info) return follow({ info, port, by: 'created' }, input, ports, signal);
    port = await portTakenMeanwhile(port, input, ports);
  }
}

/** A running container of this plan: when it answers it is what was asked for. */
async function reuse(
  info: Docker.ContainerInspectInfo,
  input: LaunchInput,
  ports: LaunchPorts,
  signal: AbortSignal,
): Promise<Launched> {
  const port = publishedPort(info) ?? input.port;
  return follow({ info, port, by: 'reused' }, input, ports, signal);
}

async function follow(
  started: { info: Docker.ContainerInspectInfo; port: number; by: Launched['by'] },
  input: LaunchInput,
  ports: LaunchPorts,
  signal: AbortSignal,
): Promise<Launched> {
  const { info, port, by } = started;
  const { docker, emit, fetch, clock } = ports;
  const { name } = input;
  const id = info.Id;
  const container = docker.getContainer(id);
  const url = `http://${input.reachAt ?? reachable(input.listen)}:${port}`;
  const startup = new StartupLog(input.onFinding);
  const up = by === 'reused' && (await answers({ url, fetch, signal }));
  const since = earlierLife(info);
  const { needsLine, limitMs = READY_LIMIT_MS } = input;
  let following: FollowedLog | null = null;
  try {
    const again = {
      ...(since === undefined ? {} : { since }),
      ...(input.logFile === undefined ? {} : { rawFile: input.logFile }),
    };
    const log = await followContainerLog(container, {
      ...again,
      ...(up ? { fromNow: true } : {}),
      onLine: (line) => {
        startup.read(line);
        input.onLine?.(line);
      },
    });
    following = log;
    const readiness = { container, name, url, startup, log, again, fetch, clock, signal };
    const readyMs = up ? 0 : await waitReady({ ...readiness, needsLine, limitMs });
    emit({ type: 'container', state: by === 'reused' ? 'reused' : 'ready', id, name });
    return { id, name, url, port, by, readyMs, stopFollowing: () => log.close() };
  } catch (error) {
    if (signal.aborted) await undo(by, id, name, ports);
    else await keepFailed(container, id, name, ports);
    await following?.close();
    throw error;
  }
}

/** The engine's refusals become Failures; what was made for nothing is removed. */
async function createAndStart(
  spec: Docker.ContainerCreateOptions,
  name: string,
  ports: LaunchPorts,
): Promise<Docker.ContainerInspectInfo> {
  const container = await ports.docker.createContainer(spec).catch((error) => {
    throw refusalOf(error, name);
  });
  ports.emit({ type: 'container', state: 'created', id: container.id, name });
  try {
    await container.start();
  } catch (error) {
    await remove(container.id, name, ports);
    throw refusalOf(error, name);
  }
  ports.emit({ type: 'container', state: 'started', id: container.id, name });
  return container.inspect();
}

/** False when its port was taken meanwhile; other refusals are thrown. */
async function startsAgain(
  { Id: id, Name }: Docker.ContainerInspectInfo,
  { docker, emit }: LaunchPorts,
): Promise<boolean> {
  const name = Name.replace(/^\//, '');
  try {
    await docker.getContainer(id).start();
  } catch (error) {
    const refusal = refusalOf(error, name);
    if (refusal.code === 'port-taken') return false;
    throw refusal;
  }
  emit({ type: 'container', state: 'started', id, name });
  return true;
}

async function undo(
  by: Launched['by'],
  id: string,
  name: string,
  ports: LaunchPorts,
): Promise<void> {
  if (by === 'created') {
    await remove(id, name, ports).catch(() => {
      const text = `Container ${name} could not be removed; docker rm -f ${name} does it.`;
      ports.emit({ type: 'note', level: 'warn', text });
    });
  }
  if (by === 'started-again') await stop(ports.docker.getContainer(id), id, name, ports);
}

/** One that ended says so; one that hangs is stopped, so that nothing that failed goes on. */
async function keepFailed(
  container: Docker.Container,
  id: string,
  name: string,
  ports: LaunchPorts,
): Promise<void> {
  const info = await container.inspect().catch(() => null);
  if (!info) return;
  if (info.State.Running) await stop(container, id, name, ports);
  else ports.emit({ type: 'container', state: 'exited', id, name });
}

async function stop(
  container: Docker.Container,
  id: string,
  name: string,
  { emit }: LaunchPorts,
): Promise<void> {
  // 304: it has ended already.
  await container.stop({ t: STOP_PATIENCE_S }).catch(() => {});
  emit({ type: 'container', state: 'stopped', id, name });
}

async function remove(id: string, name: string, { docker, emit }: LaunchPorts): Promise<void> {
  await docker.getContainer(id).remove({ force: true, v: true });
  emit({ type: 'container', state: 'removed', id, name });
}
