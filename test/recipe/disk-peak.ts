import { existsSync, statfsSync } from 'node:fs';
import type Dockerode from 'dockerode';

const EVERY_MS = 500;

export interface DiskPeak {
  /** Most bytes that were taken since the start; null where the engine's disk is not to be seen. */
  stop(): number | null;
}

/**
 * Watches the disk of the engine's data. Whatever else writes to that disk is in the number: it is
 * exact on a disk of the engine's own.
 */
export async function watchDisk(docker: Dockerode): Promise<DiskPeak> {
  const root = ((await docker.info()) as { DockerRootDir?: string }).DockerRootDir ?? '';
  if (!existsSync(root)) return { stop: () => null };
  const free = () => {
    const { bavail, bsize } = statfsSync(root);
    return bavail * bsize;
  };
  const before = free();
  let least = before;
  const timer = setInterval(() => {
    least = Math.min(least, free());
  }, EVERY_MS);
  return {
    stop() {
      clearInterval(timer);
      return before - Math.min(least, free());
    },
  };
}
