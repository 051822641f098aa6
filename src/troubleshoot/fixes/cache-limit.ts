import { readFile } from 'node:fs/promises';
import type Docker from 'dockerode';
import type { ReadyEngine } from '../../machine/types.ts';

/** Docker Desktop ships `builder.gc.defaultKeepStorage: 20GB` (docker/docs#22798). */
const DESKTOP_BYTES = 20 * 2 ** 30;
const CONFIG = '/etc/docker/daemon.json';

/**
 * How much build cache the engine keeps before it drops the oldest by itself, in bytes; null where
 * it says nothing. Read from the daemon's own file, which only an engine on this machine shows;
 * Desktop's default is known. `GET /info` has no such field up to API 1.51.
 */
export async function cacheLimit(
  _docker: Docker,
  engine: Pick<ReadyEngine, 'desktop' | 'endpoint'>,
  config = CONFIG,
): Promise<number | null> {
  if (!engine.endpoint.remote && !engine.desktop) {
    const text = await readFile(config, 'utf8').catch(() => null);
    return text === null ? null : limitOf(text);
  }
  return engine.desktop ? DESKTOP_BYTES : null;
}

/** `{"builder": {"gc": {"enabled": true, "defaultKeepStorage": "20GB"}}}` (dockerd(8)). */
export function limitOf(daemonJson: string): number | null {
  try {
    const gc = JSON.parse(daemonJson)?.builder?.gc;
    if (!gc || gc.enabled === false) return null;
    const named = gc.defaultMaxUsedSpace ?? gc.defaultKeepStorage;
    const all = gc.policy?.findLast?.((rule: { all?: boolean }) => rule.all)?.keepStorage;
    return bytesOf(named ?? all);
  } catch {
    return null;
  }
}

/** As dockerd reads it: `20GB` are 20 * 2^30 (moby builder-next, docker/go-units RAMInBytes). */
function bytesOf(value: unknown): number | null {
  if (typeof value === 'number') return value;
  const [, number, unit = ''] = /^\s*([\d.]+)\s*([kmgt]?)i?b?\s*$/i.exec(String(value ?? '')) ?? [];
  if (number === undefined) return null;
  return Number(number) * 1024 ** ['', 'k', 'm', 'g', 't'].indexOf(unit.toLowerCase());
}
