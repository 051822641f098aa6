import type { ServerFile } from '../client.ts';
import { type HistoryEntry, producedFileSchema } from '../schemas.ts';

/** Files that one node produced, under any key (`images`, `gifs` …). */
export function filesOf(output: Record<string, unknown>): ServerFile[] {
  return Object.values(output).flatMap((items) => {
    if (!Array.isArray(items)) return [];
    return items.flatMap((item) => {
      const parsed = producedFileSchema.safeParse(item);
      return parsed.success ? [parsed.data] : [];
    });
  });
}

/**
 * Files in the outputs of a run: what was saved, else what was shown (temp); never what was read
 * (input), which loaders report as well.
 */
export function producedFiles(history: HistoryEntry): ServerFile[] {
  const found = Object.values(history.outputs).flatMap(filesOf);
  const saved = found.filter(({ type }) => type === 'output');
  return saved.length > 0 ? saved : found.filter(({ type }) => type === 'temp');
}
