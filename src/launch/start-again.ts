import type Docker from 'dockerode';
import { Failure } from '../contract/failure.ts';
import { labels } from '../contract/ids.ts';
import { ourContainers } from '../machine/inventory.ts';
import { publishedPort } from './address.ts';
import { READY_LIMIT_MS } from './ready.ts';
import { type Launched, type LaunchPorts, launch } from './start.ts';
import { belongsTo } from './stop.ts';

/** Kept for its log after it failed (make-way.ts); not one to start again. */
const KEPT_ASIDE = /-failed-[0-9a-f]{6}$/;
/** Made to look at something, over in seconds. */
const PASSING_ROLES = ['gpu-proof'];

/**
 * Our container of a profile, else the one that was started last; null when there is none.
 */
export async function lastContainer(
  docker: Docker,
  profile?: string,
): Promise<Docker.ContainerInspectInfo | null> {
  const all = await ourContainers(docker);
  const meant = all.filter(
    (container) =>
      !KEPT_ASIDE.test(container.name) &&
      !PASSING_ROLES.includes(container.role) &&
      (profile === undefined || belongsTo(container, profile)),
  );
  const seen = await Promise.all(
    meant.map(({ id }) =>
      docker
        .getContainer(id)
        .inspect()
        .catch(() => null),
    ),
  );
  const byStart = seen
    .filter((info) => info !== null)
    .sort((a, b) => startOf(b).localeCompare(startOf(a)));
  return byStart.find((info) => info.State.Running) ?? byStart[0] ?? null;
}

function startOf({ State, Created }: Docker.ContainerInspectInfo): string {
  return State.StartedAt > Created ? State.StartedAt : Created;
}

/**
 * Starts the container of a profile (or the last one) again and waits until it is ready; builds and
 * tests nothing. One that runs and answers is left as it is.
 * @throws Failure `container-missing`, and what launch() throws
 */
export async function startAgain(
  { profile, local }: { profile?: string; local: boolean },
  ports: LaunchPorts,
  signal: AbortSignal,
  onLine?: (line: string) => void,
): Promise<Launched> {
  const info = await lastContainer(ports.docker, profile);
  if (!info) throw nothingToStart(profile);
  const own = info.Config.Labels;
  const binding = firstBinding(info);
  return launch(
    {
      name: info.Name.replace(/^\//, ''),
      planDigest: own[labels.plan] ?? '',
      spec: (port) => sameOnPort(info, port),
      port: publishedPort(info) ?? 0,
      listen: binding?.HostIp || '127.0.0.1',
      local,
      needsLine: own[labels.role] !== 'custom',
      limitMs: READY_LIMIT_MS,
      ...(onLine ? { onLine } : {}),
    },
    ports,
    signal,
  );
}

/** The same container on another port: a port cannot be changed once it was made. */
export function sameOnPort(
  { Name, Config, HostConfig, Image }: Docker.ContainerInspectInfo,
  port: number,
): Docker.ContainerCreateOptions {
  const bindings = (HostConfig.PortBindings ?? {}) as Bindings;
  const moved = Object.fromEntries(
    Object.entries(bindings).map(([inside, [first]]) => [
      inside,
      [{ HostIp: first?.HostIp ?? '127.0.0.1', HostPort: String(port) }],
    ]),
  );
  // Its own host name is the old container's id.
  const { Hostname: _, ...kept } = Config;
  return {
    ...kept,
    Image,
    name: Name.replace(/^\//, ''),
    HostConfig: { ...HostConfig, PortBindings: moved },
  };
}

type Bindings = Record<string, { HostIp?: string; HostPort?: string }[]>;

function firstBinding({ HostConfig }: Docker.ContainerInspectInfo) {
  return Object.values((HostConfig.PortBindings ?? {}) as Bindings)[0]?.[0];
}

function nothingToStart(profile: string | undefined): Failure {
  const of = profile === undefined ? '' : ` of profile ${profile}`;
  return new Failure({
    code: 'container-missing',
    sentence: `There is no container${of} to start.`,
    phase: 'launch',
    fixes: [
      {
        label: 'Build, start and test one',
        command: `steadydancer run${profile === undefined ? '' : ` --profile ${profile}`}`,
      },
    ],
  });
}
