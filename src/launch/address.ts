import type Docker from 'dockerode';

/** The port on the host that a container publishes, by its spec. */
export function publishedPort(
  info: Pick<Docker.ContainerInspectInfo, 'HostConfig'>,
): number | null {
  const bindings = (info.HostConfig.PortBindings ?? {}) as Record<string, { HostPort?: string }[]>;
  const port = Number(Object.values(bindings)[0]?.[0]?.HostPort);
  return port > 0 ? port : null;
}

/** Every address is also loopback; an IPv6 address stands in brackets (RFC 3986). */
export function reachable(listen: string): string {
  if (['0.0.0.0', 'localhost', ''].includes(listen)) return '127.0.0.1';
  if (listen === '::') return '[::1]';
  return listen.includes(':') ? `[${listen}]` : listen;
}
