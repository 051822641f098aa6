import type { Fix } from '../contract/diagnosis.ts';
import type { DockerEndpoint } from '../ports/docker.ts';
import { NoAnswer } from '../ports/time-limit.ts';
import { installFixes, permissionFixes, startDesktopFixes, startFixes } from './engine-fixes.ts';
import type { Installation } from './engine-installed.ts';
import type { EngineProblem, Host, MissingEngine } from './types.ts';

export interface EngineEvidence {
  endpoint: DockerEndpoint;
  error: unknown;
  host: Host;
  installed: Installation;
  /** Url of another engine of this machine that answered. */
  elsewhere: string | null;
}

/** Names why no engine can be used and what this person can do. Pure. */
export function explainEngineProblem(evidence: EngineEvidence): MissingEngine {
  const state = engineProblem(evidence);
  const { endpoint, installed } = evidence;
  const told = explanations[state](evidence);
  return {
    state,
    endpoint: { url: endpoint.url, context: endpoint.context, remote: endpoint.remote },
    sentence: told.sentence,
    proof: (state === 'desktop-not-integrated' && installed.wslStub) || proofOf(evidence),
    fixes: [...told.fixes, ...namedSocketFixes(evidence)],
  };
}

/** A socket that DOCKER_HOST names and that is not there: a started engine may not put it there. */
function namedSocketFixes({ endpoint, error }: EngineEvidence): Fix[] {
  if (endpoint.source !== 'DOCKER_HOST' || errorCode(error) !== 'ENOENT') return [];
  return [
    {
      label: `DOCKER_HOST is ${endpoint.url}; without it the usual socket is used`,
      command: 'unset DOCKER_HOST',
    },
  ];
}

/** Which problem it is; the order matters, the most particular cause comes first. */
export function engineProblem({
  endpoint,
  error,
  host,
  installed,
  elsewhere,
}: EngineEvidence): EngineProblem {
  const code = errorCode(error);
  if (endpoint.url.startsWith('ssh://')) return 'ssh';
  if (error instanceof Error && error.message === 'OSType=windows') return 'windows-containers';
  if (endpoint.problem) return 'wrong-context';
  if (code === 'EACCES' || code === 'EPERM') return 'no-permission';
  if (error instanceof NoAnswer || code === 'ETIMEDOUT') return 'timeout';
  if (elsewhere !== null) return 'wrong-context';
  if (/^(tcp|https?):/.test(endpoint.url)) return 'unreachable';
  if (code !== 'ENOENT' && code !== 'ECONNREFUSED') return 'unreachable';
  if (host.container === 'pod' || host.container === 'unprivileged') return 'cannot-run-here';
  if (host.wslDistro !== null && installed.desktop) {
    return installed.desktopRunning === false ? 'desktop-stopped' : 'desktop-not-integrated';
  }
  if (installed.wslStub !== null) return 'desktop-not-integrated';
  if (installed.daemon !== null || installed.snap) return 'not-running';
  if (installed.desktop || isDesktopEndpoint(endpoint)) return 'desktop-stopped';
  return code === 'ECONNREFUSED' ? 'not-running' : 'absent';
}

type Told = { sentence: string; fixes: Fix[] };

const explanations: Record<EngineProblem, (evidence: EngineEvidence) => Told> = {
  absent: ({ host }) => ({
    sentence: 'Docker is not installed on this machine.',
    fixes: installFixes(host),
  }),
  'not-running': ({ host, installed }) => ({
    sentence: 'Docker is installed but does not run.',
    fixes: startFixes(host, installed),
  }),
  'no-permission': ({ host, installed, endpoint }) => ({
    sentence: installed.inDockerGroup
      ? `${host.user} is in group docker, but this session began before that.`
      : `Docker runs, but ${host.user} may not use ${placeOf(endpoint)}.`,
    fixes: permissionFixes(host, installed),
  }),
  'wrong-context': wrongContext,
  timeout: ({ host, installed, endpoint }) => ({
    sentence: `Docker at ${placeOf(endpoint)} gives no answer.`,
    fixes: endpoint.remote || isDesktopEndpoint(endpoint) ? [] : restartFixes(host, installed),
  }),
  'desktop-stopped': ({ host }) => ({
    sentence: 'Docker Desktop is installed but does not run.',
    fixes: startDesktopFixes(host),
  }),
  'desktop-not-integrated': ({ host }) => ({
    sentence: `Docker Desktop is not connected to ${host.wslDistro ?? 'this WSL distribution'}.`,
    fixes: [
      {
        label: `In Docker Desktop: Settings > Resources > WSL integration > ${host.wslDistro ?? 'this distribution'}, then Apply & restart`,
      },
    ],
  }),
  'windows-containers': () => ({
    sentence: 'Docker Desktop runs Windows containers; ComfyUI needs Linux ones.',
    fixes: [
      {
        label: 'Switch to Linux containers',
        command: '"/mnt/c/Program Files/Docker/Docker/DockerCli.exe" -SwitchLinuxEngine',
      },
    ],
  }),
  'cannot-run-here': ({ host }) => ({
    sentence:
      host.container === 'pod'
        ? 'This is a Runpod pod, itself a container: Docker cannot run in it, and installing it here would not help.'
        : 'This is a container without the rights that Docker needs: Docker cannot run in it.',
    fixes: [
      host.container === 'pod'
        ? {
            label: 'On your own computer, build for Runpod',
            command: 'steadydancer run --set target=file --set gpu=RTX-4090 --until image',
          }
        : { label: 'Run the wizard on the machine that runs this container' },
    ],
  }),
  unreachable: ({ endpoint }) => ({
    sentence: `No Docker engine can be reached at ${placeOf(endpoint)}.`,
    fixes: [leaveConfigured(endpoint)].filter((fix) => fix !== null),
  }),
  ssh: ({ endpoint }) => ({
    sentence: `Your Docker is on ${sshTarget(endpoint.url)}: the wizard runs there, not here.`,
    fixes: [
      {
        label: `Run the wizard on ${sshTarget(endpoint.url)} (recommended)`,
        command: `steadydancer --on ${sshTarget(endpoint.url)}`,
      },
    ],
  }),
};

function wrongContext({ endpoint, elsewhere }: EngineEvidence): Told {
  const leave = leaveConfigured(endpoint);
  const named =
    endpoint.context === null
      ? `DOCKER_HOST is ${endpoint.url || 'set'}`
      : `The Docker context is "${endpoint.context}"`;
  const sentence = elsewhere
    ? `${named}, where no engine answers; one answers at ${elsewhere}.`
    : `${named}, which cannot be used.`;
  return { sentence, fixes: leave ? [leave] : [] };
}

/** The command that makes Docker use the machine's own engine again. */
function leaveConfigured(endpoint: DockerEndpoint): Fix | null {
  const label = "Use this machine's own engine";
  switch (endpoint.source) {
    case 'DOCKER_HOST':
      return { label, command: 'unset DOCKER_HOST' };
    case 'DOCKER_CONTEXT':
      return { label, command: 'unset DOCKER_CONTEXT' };
    case 'context':
      return { label, command: 'docker context use default' };
    case 'socket':
      return null;
    default:
      return endpoint.source satisfies never;
  }
}

function restartFixes(host: Host, installed: Installation): Fix[] {
  return startFixes(host, installed).map(({ command }) => ({
    label: 'Restart Docker (running containers stop)',
    ...(command ? { command: command.replace(/\bstart\b/, 'restart') } : {}),
  }));
}

function isDesktopEndpoint({ context, url }: DockerEndpoint): boolean {
  return Boolean(context?.startsWith('desktop')) || url.includes('/.docker/');
}

function placeOf(endpoint: DockerEndpoint): string {
  return endpoint.url.replace(/^unix:\/\//, '') || `context "${endpoint.context}"`;
}

/** `user@host` of an ssh url; a port stays as `user@host:port`. */
function sshTarget(url: string): string {
  return url.replace(/^ssh:\/\//, '').replace(/\/.*$/, '');
}

function errorCode(error: unknown): string | null {
  if (error === null || typeof error !== 'object') return null;
  // happy eyeballs: one AggregateError over all addresses carries the code of the first.
  return 'code' in error && typeof error.code === 'string' ? error.code : null;
}

function proofOf({ endpoint, error }: EngineEvidence): string {
  if (endpoint.problem) return endpoint.problem;
  if (error instanceof AggregateError && error.errors[0] instanceof Error) {
    return error.errors[0].message;
  }
  return error instanceof Error ? error.message.trim() : String(error);
}
