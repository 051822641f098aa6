import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServerFile } from '../client.ts';
import { type FilmMeasures, measureFilm, type Picture } from '../media/pixels.ts';
import { readPng } from '../media/png.ts';
import type { SmokeContext } from './context.ts';
import { filesOf } from './produced-files.ts';

const MAX_PICTURE_BYTES = 64e6;
/** First, middle and last: two frames of a dance can be alike, three are not. */
const SAMPLES = 3;

/**
 * What the pixels of a film say, by the pictures that the graph shows of it (PreviewImage); null where
 * it shows none. No codec has to be decoded here.
 */
export async function measureShownFrames(
  { client, graph, history }: Pick<SmokeContext, 'client' | 'graph' | 'history'>,
  signal: AbortSignal,
): Promise<FilmMeasures | null> {
  const shown = Object.keys(graph).filter((id) => graph[id]?.class_type === 'PreviewImage');
  const files = shown
    .flatMap((id) => filesOf(history?.outputs[id] ?? {}))
    .filter(({ type, filename }) => type === 'temp' && filename.endsWith('.png'));
  if (files.length < 2) return null;
  const folder = await mkdtemp(join(tmpdir(), 'steadydancer-frames-'));
  try {
    const pictures: Picture[] = [];
    for (const [index, file] of spread(files).entries()) {
      const path = join(folder, `${index}.png`);
      await client.download(file, { path, maxBytes: MAX_PICTURE_BYTES }, { signal });
      pictures.push(...readPng(await readFile(path)).frames());
    }
    return { ...measureFilm(pictures), frames: files.length };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function spread(files: ServerFile[]): ServerFile[] {
  const last = files.length - 1;
  const at = Array.from({ length: SAMPLES }, (_, n) => Math.round((n * last) / (SAMPLES - 1)));
  return [...new Set(at)].flatMap((index) => files[index] ?? []);
}
