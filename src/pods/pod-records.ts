import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';

/** A pod that we asked for: written before it is, so that a killed program leaves no unknown one. */
export const podRecordSchema = z.object({
  v: z.literal(1),
  /** Ours alone; by it a pod is found whose answer never came. */
  name: z.string(),
  /** Null until Runpod said it. */
  id: z.string().nullable(),
  gpu: z.string().nullable(),
  /** USD. */
  costPerHour: z.number().nullable(),
  image: z.string(),
  url: z.string().nullable(),
  createdAt: z.iso.datetime(),
  profile: z.string().nullable(),
});
export type PodRecord = z.infer<typeof podRecordSchema>;

/** Beside the runs. */
export function podsDir(runsDir: string): string {
  return join(dirname(runsDir), 'pods');
}

/** Writes it whole or not at all. */
export async function writePodRecord(dir: string, record: PodRecord): Promise<void> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const file = join(dir, `${record.name}.json`);
  await writeFile(`${file}.new`, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
}

export async function forgetPod(dir: string, name: string): Promise<void> {
  await rm(join(dir, `${name}.json`), { force: true });
}

/** All that are remembered, the oldest first; a file that is not ours is passed over. */
export async function podRecords(dir: string): Promise<PodRecord[]> {
  const names = await readdir(dir).catch(() => []);
  const records: PodRecord[] = [];
  for (const name of names.filter((one) => one.endsWith('.json'))) {
    const text = await readFile(join(dir, name), 'utf8').catch(() => '');
    try {
      records.push(podRecordSchema.parse(JSON.parse(text)));
    } catch {
      // Half of a file that is being written, or none of ours.
    }
  }
  return records.sort((a, b) => a.createdAt.localeCompare(b.createdAt));
}

/** USD since it was made, by its price; 0 while that is not known. */
export function costSoFar({ costPerHour, createdAt }: PodRecord, now: Date): number {
  const hours = Math.max(0, now.getTime() - Date.parse(createdAt)) / 3_600_000;
  return Math.round((costPerHour ?? 0) * hours * 10_000) / 10_000;
}
