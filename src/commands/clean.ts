import { createInterface } from 'node:readline/promises';
import type Docker from 'dockerode';
import { type Clean, type CleanItem, type CleanKind, cleanKinds } from '../contract/clean.ts';
import { exitCodes } from '../contract/exit-codes.ts';
import { UsageError } from '../contract/failure.ts';
import { connectDocker, resolveEndpoint } from '../ports/docker.ts';
import { systemProcesses } from '../ports/processes.ts';
import { places } from '../profiles/places.ts';
import { formatBytes } from '../text/format.ts';
import { cacheLimit } from '../troubleshoot/fixes/cache-limit.ts';
import { removable, removeItems } from '../troubleshoot/fixes/free-space.ts';
import { type Io, outJson } from './io.ts';

export interface CleanOptions extends Partial<Record<CleanKind, boolean>> {
  yes?: boolean;
  json?: boolean;
}

const words: Record<CleanKind, string> = {
  cache: 'build cache records',
  images: 'images that no container uses',
  containers: 'containers that broke',
  runs: 'older runs',
  contexts: 'build contexts',
};

/**
 * `steadydancer clean`: lists what can go, each with its size and what is different without it.
 * Removes only after a person's y, or with --yes and the kinds named.
 */
export async function clean(options: CleanOptions, io: Io): Promise<number> {
  const named = cleanKinds.filter((kind) => options[kind]);
  if (options.yes && named.length === 0) {
    throw new UsageError(
      '--yes removes only what is named: --cache, --images, --containers, --runs, --contexts.',
    );
  }
  const kinds = named.length > 0 ? named : cleanKinds;
  const { docker, note, list } = await look(kinds, io);
  if (!options.json) for (const line of listLines(list)) io.out(line);
  const asks = !options.yes && !options.json && list.items.length > 0;
  if (list.items.length === 0 || !(options.yes || (asks && (await agreed(list, io))))) {
    if (options.json) outJson(io, list);
    return exitCodes.done;
  }
  const stop = new AbortController();
  const interrupt = () => stop.abort();
  process.once('SIGINT', interrupt);
  const { removed, failed } = await removeItems(docker, list.items, stop.signal);
  process.off('SIGINT', interrupt);
  const document: Clean = {
    ...list,
    ok: failed.length === 0 && !stop.signal.aborted,
    removed: removed.map(({ kind, id }) => ({ kind, id })),
    failed: failed.map(({ item: { kind, id }, why }) => ({ kind, id, why })),
    freedBytes: sum(removed),
    ...(note ? { note } : {}),
  };
  if (options.json) outJson(io, document);
  else {
    io.out(
      `Removed ${removed.length} of ${list.items.length}: ${formatBytes(document.freedBytes)}.`,
    );
    for (const { item, why } of failed) io.say(`  ${item.name} stays: ${why}`);
  }
  if (stop.signal.aborted) return exitCodes.sigint;
  return document.ok ? exitCodes.done : exitCodes.prepare;
}

async function look(kinds: readonly CleanKind[], io: Io) {
  const { runs } = places(io.env, io.home);
  let docker: Docker | null = null;
  let note: string | undefined;
  let limit: number | null = null;
  try {
    const endpoint = await resolveEndpoint(io.env, io.home);
    docker = await connectDocker(endpoint);
    limit = await cacheLimit(docker, { processes: systemProcesses, env: io.env });
  } catch (error) {
    note = `Docker could not be asked: ${error instanceof Error ? error.message : String(error)}`;
  }
  const { items, keptCacheBytes } = await removable(docker, runs, kinds);
  const list: Clean = {
    v: 1,
    ok: true,
    items,
    bytes: sum(items),
    keptCacheBytes,
    cacheLimitBytes: limit,
    removed: [],
    failed: [],
    freedBytes: 0,
    ...(note ? { note } : {}),
  };
  return { docker, note, list };
}

/** Rows of one kind that are shown; `--json` has all. */
const SHOWN = 12;

function listLines(list: Clean): string[] {
  const lines: string[] = [];
  for (const kind of cleanKinds) {
    const items = list.items.filter((item) => item.kind === kind);
    const [first] = items;
    if (!first) continue;
    lines.push(`${formatBytes(sum(items)).padStart(9)}  ${items.length} ${words[kind]}`);
    for (const { name, bytes, lastUsedAt, consequence } of items.slice(0, SHOWN)) {
      const size = bytes === null ? 'unknown' : formatBytes(bytes);
      const day = lastUsedAt?.slice(0, 10) ?? '';
      lines.push(`  ${size.padStart(9)}  ${day.padEnd(10)}  ${clip(name)}`);
      if (items.length === 1) lines.push(`             ${consequence}`);
    }
    const rest = items.slice(SHOWN);
    if (rest.length > 0) {
      lines.push(
        `  ${formatBytes(sum(rest)).padStart(9)}  ${rest.length} smaller ones: --json shows all`,
      );
    }
    if (items.length > 1) lines.push(`             ${first.consequence}`);
  }
  if (list.items.length === 0) lines.push('Nothing can be removed.');
  if (list.keptCacheBytes > 0) {
    const limit = list.cacheLimitBytes;
    const until =
      limit === null
        ? ''
        : `; Docker itself keeps at most ${formatBytes(limit)} and drops the oldest`;
    lines.push(
      `Kept: ${formatBytes(list.keptCacheBytes)} of build cache that a retry needs${until}.`,
    );
  }
  lines.push('Models and outputs are never removed here.');
  if (list.note) lines.push(`! ${list.note}`);
  return lines;
}

async function agreed(list: Clean, io: Io): Promise<boolean> {
  if (!io.interactive) {
    io.say('Nothing was removed: name the kinds and --yes, or run it in a terminal.');
    return false;
  }
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const question = `Remove ${list.items.length} things, ${formatBytes(list.bytes)}? It cannot be undone. y removes, anything else leaves them: `;
  const answer = await lines.question(question);
  lines.close();
  return answer.trim().toLowerCase() === 'y';
}

function clip(name: string): string {
  return name.length > 54 ? `${name.slice(0, 51)}...` : name;
}

function sum(items: readonly CleanItem[]): number {
  return items.reduce((total, { bytes }) => total + (bytes ?? 0), 0);
}
