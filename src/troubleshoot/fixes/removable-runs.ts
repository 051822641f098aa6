import { lstat, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { CleanItem } from '../../contract/clean.ts';
import { knownRuns } from '../../runner/live-runs.ts';

/** Of these people still want the log and the report; a rerun learns its minutes from them. */
const RUNS_KEPT = 5;

/** Folders of older runs: never of one that goes on, nor the newest ones. */
export async function removableRuns(runsDir: string): Promise<CleanItem[]> {
  const items: CleanItem[] = [];
  const kept = (await knownRuns(runsDir)).slice(0, RUNS_KEPT).map(({ dir }) => dir);
  for (const { dir, record, live } of await knownRuns(runsDir, { refused: true })) {
    if (live || kept.includes(dir)) continue;
    items.push({
      kind: 'runs',
      id: dir,
      name: `run ${record.id}${record.profile === null ? '' : ` (${record.profile})`}`,
      bytes: await bytesOf(dir),
      lastUsedAt: new Date(record.startedAt).toISOString(),
      ours: true,
      consequence: 'Its log and report go; test videos stay.',
    });
  }
  return items;
}

/** Build contexts that were put together for earlier runs; none while a run may be sending one. */
export async function removableContexts(runsDir: string): Promise<CleanItem[]> {
  if ((await knownRuns(runsDir)).some(({ live }) => live)) return [];
  const folder = join(dirname(runsDir), 'contexts');
  const names = (await readdir(folder).catch(() => [])).filter((name) => !name.endsWith('.stamp'));
  return Promise.all(
    names.map(async (name) => ({
      kind: 'contexts' as const,
      id: join(folder, name),
      name: `build context ${name}`,
      bytes: await bytesOf(join(folder, name)),
      lastUsedAt: (await lstat(join(folder, name))).mtime.toISOString(),
      ours: true,
      consequence: 'It is put together again, within seconds.',
    })),
  );
}

/** Bytes that a folder takes on the disk; links are not followed. */
async function bytesOf(path: string): Promise<number> {
  const found = await lstat(path).catch(() => null);
  if (!found) return 0;
  let bytes = found.blocks * 512;
  if (!found.isDirectory()) return bytes;
  for (const name of await readdir(path).catch(() => [])) bytes += await bytesOf(join(path, name));
  return bytes;
}
