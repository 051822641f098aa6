import type Docker from 'dockerode';
import { shellWord } from '../text/shell-word.ts';

/**
 * `docker run` that makes the very container of a spec (docs.docker.com/reference/cli/docker/container/run).
 * Only what container-spec.ts sets is known here; a test holds it against the engine.
 */
export function dockerRunCommand(spec: Docker.ContainerCreateOptions): string {
  const { HostConfig: host = {} } = spec;
  const flags: string[] = [];
  const add = (flag: string, ...values: (string | number | undefined)[]) => {
    for (const value of values) {
      if (value !== undefined && value !== '') flags.push(`${flag} ${shellWord(String(value))}`);
    }
  };
  add('--name', spec.name);
  if (host.Init) flags.push('--init');
  add('--restart', host.RestartPolicy?.Name);
  add('--user', spec.User);
  add('--runtime', host.Runtime);
  flags.push(...(host.DeviceRequests ?? []).map(deviceFlag));
  add('--memory', host.Memory);
  add('--memory-swap', host.MemorySwap);
  add('--shm-size', host.ShmSize);
  add('--cap-drop', ...((host.CapDrop as string[]) ?? []));
  add('--security-opt', ...(host.SecurityOpt ?? []));
  add('--userns', host.UsernsMode);
  if (host.ReadonlyRootfs) flags.push('--read-only');
  add('--publish', ...published(host));
  for (const { Type, Source, Target, ReadOnly } of host.Mounts ?? []) {
    add('--mount', `type=${Type},source=${Source},target=${Target}${ReadOnly ? ',readonly' : ''}`);
  }
  for (const [path, options] of Object.entries(host.Tmpfs ?? {})) {
    add('--tmpfs', `${path}:${options}`);
  }
  add('--log-driver', host.LogConfig?.Type);
  const logOptions = (host.LogConfig?.Config ?? {}) as Record<string, string>;
  for (const [name, value] of Object.entries(logOptions)) add('--log-opt', `${name}=${value}`);
  add('--env', ...(spec.Env ?? []));
  for (const [name, value] of Object.entries(spec.Labels ?? {})) add('--label', `${name}=${value}`);
  return ['docker run --detach', ...flags, shellWord(spec.Image ?? '')].join(' ');
}

/** CDI by name (`--device`, Docker 25 and later), else `--gpus`. */
function deviceFlag({ Driver, Count, DeviceIDs }: Docker.DeviceRequest): string {
  if (Driver === 'cdi') return `--device ${shellWord((DeviceIDs ?? []).join(','))}`;
  return Count === -1 ? '--gpus all' : `--gpus device=${(DeviceIDs ?? []).join(',')}`;
}

function published({ PortBindings }: Docker.HostConfig): string[] {
  const bindings = (PortBindings ?? {}) as Record<string, { HostIp?: string; HostPort?: string }[]>;
  return Object.entries(bindings).flatMap(([port, all]) =>
    all.map(({ HostIp = '', HostPort = '' }) => {
      const address = HostIp.includes(':') ? `[${HostIp}]` : HostIp;
      return `${address}:${HostPort}:${port.replace('/tcp', '')}`;
    }),
  );
}
