import type { Host, ReadyEngine } from '../machine/types.ts';

/** Home of a uid that has no entry in the image's /etc/passwd; a tmpfs that belongs to it. */
export const HOME = '/home/steadydancer';

/**
 * Who the container's processes are: the person. In a rootless engine its root *is* the person
 * (docs.docker.com/engine/security/rootless), and any other uid owns none of their folders.
 * Null where there are no uids.
 */
export function userOf(
  host: Pick<Host, 'uid' | 'gid'>,
  engine: Pick<ReadyEngine, 'rootless'>,
): { uid: number; gid: number } | null {
  if (engine.rootless) return { uid: 0, gid: 0 };
  if (host.uid === null || host.gid === null) return null;
  return { uid: host.uid, gid: host.gid };
}

/**
 * For a uid without a name: `getpass.getuser()` (torch's inductor cache) reads LOGNAME and USER
 * before it asks /etc/passwd, and every cache goes where it may be written.
 */
export function identityEnv(): Record<string, string> {
  const cache = `${HOME}/.cache`;
  return {
    HOME,
    USER: 'steadydancer',
    LOGNAME: 'steadydancer',
    XDG_CACHE_HOME: cache,
    XDG_CONFIG_HOME: `${HOME}/.config`,
    TRITON_CACHE_DIR: `${cache}/triton`,
    TORCHINDUCTOR_CACHE_DIR: `${cache}/inductor`,
    NUMBA_CACHE_DIR: `${cache}/numba`,
    MPLCONFIGDIR: `${cache}/matplotlib`,
  };
}

/**
 * Mount options of a tmpfs. The engine's default is noexec; triton loads the kernels that it
 * compiled into its cache, so a home for the real image needs exec.
 */
export function tmpfsOptions(
  owner: { uid: number; gid: number } | null,
  { mode, exec, mebibytes }: { mode: string; exec: boolean; mebibytes: number },
): string {
  return [
    'rw',
    'nosuid',
    'nodev',
    exec ? 'exec' : 'noexec',
    `size=${mebibytes}m`,
    // Without an owner only everybody can be let in.
    `mode=${owner ? mode : '1777'}`,
    ...(owner ? [`uid=${owner.uid}`, `gid=${owner.gid}`] : []),
  ].join(',');
}
