const GIB = 2 ** 30;
/** What the rest of the machine keeps, so that the kernel ends the container and not the desktop. */
const RESERVE_BYTES = 3 * GIB;
/** On a small machine 3 GB would be too much: the container gets at least this share. */
const SMALL_SHARE = 0.75;
/** moby refuses less (daemon/daemon_unix.go linuxMinMemory, 6 MiB). */
const ENGINE_MINIMUM_BYTES = 6 * 2 ** 20;

/**
 * Memory limit of the container in bytes: what was chosen, else all but 3 GB, and always below
 * what the engine has.
 * @param totalBytes the engine's MemTotal: in a Desktop or WSL that is the virtual machine's
 */
export function memoryLimitBytes(totalBytes: number, chosenBytes?: number): number {
  const most = Math.floor(Math.max(totalBytes - RESERVE_BYTES, totalBytes * SMALL_SHARE));
  return Math.max(Math.min(chosenBytes ?? most, most), ENGINE_MINIMUM_BYTES);
}

const SHM_BYTES = 8 * GIB;

/** Size of /dev/shm in bytes: torch's loaders share tensors there; it counts towards the limit. */
export function shmBytes(limitBytes: number): number {
  return Math.min(SHM_BYTES, Math.floor(limitBytes / 4));
}
