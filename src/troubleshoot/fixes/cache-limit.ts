import { readFile } from 'node:fs/promises';
import type Docker from 'dockerode';
import { z } from 'zod';

/** Docker Desktop ships `builder.gc.defaultKeepStorage: 20GB` (docker/docs#22798). */
const DESKTOP_BYTES = 20 * 2 ** 30;
/** Where dockerd looks unless it is told otherwise (dockerd(8) --config-file). */
const CONFIG = '/etc/docker/daemon.json';

const gcSchema = z.object({
  builder: z.object({
    gc: z.object({
      enabled: z.boolean().optional(),
      defaultKeepStorage: z.string().optional(),
      /** Its name since Docker 28. */
      defaultMaxUsedSpace: z.string().optional(),
      policy: z
        .array(
          z.object({
            all: z.boolean().optional(),
            keepStorage: z.string().optional(),
            maxUsedSpace: z.string().optional(),
          }),
        )
        .optional(),
    }),
  }),
});

/**
 * How much build cache the engine keeps before it drops the oldest by itself, in bytes; null where
 * it does not say. `GET /info` tells which engine it is, but has no such field up to API 1.51: the
 * limit is read from the daemon's file, which only an engine of this very machine shows.
 */
export async function cacheLimit(docker: Docker, config = CONFIG): Promise<number | null> {
  const { OperatingSystem, Name } = (await docker.info()) as Record<string, unknown>;
  if (OperatingSystem === 'Docker Desktop') return DESKTOP_BYTES;
  const { hostname } = await import('node:os');
  if (Name !== hostname()) return null;
  const text = await readFile(config, 'utf8').catch(() => null);
  return text === null ? null : limitOf(text);
}

/** The limit that a daemon.json names; null where it names none or cannot be read. */
export function limitOf(daemonJson: string): number | null {
  try {
    const { gc } = gcSchema.parse(JSON.parse(daemonJson)).builder;
    if (gc.enabled === false) return null;
    const last = gc.policy?.at(-1);
    const named = last?.maxUsedSpace ?? last?.keepStorage;
    return bytesOf(named ?? gc.defaultMaxUsedSpace ?? gc.defaultKeepStorage ?? '');
  } catch {
    return null;
  }
}

/** As dockerd reads it: `20GB` are 20 * 2^30 (moby builder-next, docker/go-units RAMInBytes). */
function bytesOf(value: string): number | null {
  const [, number, unit = ''] = /^\s*([\d.]+)\s*([kmgt]?)i?b?\s*$/i.exec(value) ?? [];
  if (number === undefined) return null;
  return Number(number) * 1024 ** ['', 'k', 'm', 'g', 't'].indexOf(unit.toLowerCase());
}
