import { readFile } from 'node:fs/promises';
import type Docker from 'dockerode';
import { z } from 'zod';
import type { Processes } from '../../ports/processes.ts';

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

/** How to ask buildx, where it is there. */
export interface AskBuildx {
  processes: Pick<Processes, 'run'>;
  env: NodeJS.ProcessEnv;
}

/**
 * How much build cache the engine keeps before it drops the oldest by itself, in bytes; null where
 * it does not say. buildx shows the rules in force (`buildx inspect`, docker/buildx
 * commands/inspect.go). `GET /info` tells which engine it is, but has no such field up to API 1.51:
 * else the limit is read from the daemon's file, which only an engine of this very machine shows.
 */
export async function cacheLimit(
  docker: Docker,
  buildx: AskBuildx | null = null,
  config = CONFIG,
): Promise<number | null> {
  const shown = buildx && (await inspected(buildx));
  if (shown) return shown;
  const { OperatingSystem, Name } = (await docker.info()) as Record<string, unknown>;
  if (OperatingSystem === 'Docker Desktop') return DESKTOP_BYTES;
  const { hostname } = await import('node:os');
  if (Name !== hostname()) return null;
  const text = await readFile(config, 'utf8').catch(() => null);
  return text === null ? null : limitOf(text);
}

async function inspected({ processes, env }: AskBuildx): Promise<number | null> {
  const { exitCode, stdout } = await processes.run('docker', ['buildx', 'inspect'], {
    env,
    timeoutMs: 5_000,
  });
  return exitCode === 0 ? limitOfInspect(stdout) : null;
}

/**
 * The limit in the last rule of `buildx inspect`, the one for everything; null where none is listed.
 * Where some of the disk has to stay free (`Min Free Space`), only what is reserved is sure to stay:
 * this is asked when a disk is short of space (moby/buildkit client/prune.go).
 */
export function limitOfInspect(text: string): number | null {
  const rules = text.split(/^GC Policy rule#\d+:/m).slice(1);
  const last = rules.at(-1) ?? '';
  const named = (name: string): number | null => {
    const [, number, unit = '', binary] =
      new RegExp(`^\\s*${name}:\\s*([\\d.]+)\\s*([kMGT]?)(i?)B`, 'im').exec(last) ?? [];
    if (number === undefined) return null;
    const power = ['', 'k', 'm', 'g', 't'].indexOf(unit.toLowerCase());
    return Math.round(Number(number) * (binary ? 1024 : 1000) ** power) || null;
  };
  const reserved = named('Reserved Space');
  if (reserved !== null && named('Min Free Space') !== null) return reserved;
  return named('Max Used Space') ?? named('Keep Bytes') ?? reserved;
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
