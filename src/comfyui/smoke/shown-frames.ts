import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, parse } from 'node:path';
import { z } from 'zod';
import { Failure } from '../../contract/failure.ts';
import type { OutputFile } from '../../contract/smoke.ts';
import type { ServerFile } from '../client.ts';
import { type FilmMeasures, measureFilm, type Picture } from '../media/pixels.ts';
import { readPng } from '../media/png.ts';
import { type HistoryEntry, producedFileSchema } from '../schemas.ts';
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
  const files = shownFiles({ graph, history });
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

/**
 * Saves the first frame of a film beside it, as the server shows it (PreviewImage) or as
 * VideoHelperSuite saved it; null where there is neither, or where it cannot be had.
 */
export async function keepFirstFrame(
  { client, graph, history }: Pick<SmokeContext, 'client' | 'graph' | 'history'>,
  film: { from: ServerFile; path: string },
  signal: AbortSignal,
): Promise<OutputFile | null> {
  const frame = shownFiles({ graph, history })[0] ?? besideIt(history, film.from);
  if (!frame) return null;
  const { dir, name } = parse(film.path);
  const to = { path: join(dir, `${name}-first-frame.png`), maxBytes: MAX_PICTURE_BYTES };
  try {
    return await client.download(frame, to, { signal });
  } catch (error) {
    // The film is what was tested; a picture of it is an extra.
    if (error instanceof Failure) return null;
    throw error;
  }
}

function shownFiles({ graph, history }: Pick<SmokeContext, 'graph' | 'history'>): ServerFile[] {
  return Object.keys(graph)
    .filter((id) => graph[id]?.class_type === 'PreviewImage')
    .flatMap((id) => filesOf(history?.outputs[id] ?? {}))
    .filter(({ type, filename }) => type === 'temp' && filename.endsWith('.png'));
}

/** VideoHelperSuite names the picture that holds the workflow: the film's first frame (nodes.py). */
function besideIt(history: HistoryEntry | null, { filename }: ServerFile): ServerFile | null {
  for (const items of Object.values(history?.outputs ?? {}).flatMap(Object.values)) {
    for (const item of Array.isArray(items) ? items : []) {
      const { data } = savedByVhs.safeParse(item);
      if (data?.filename === filename) return { ...data, filename: data.workflow };
    }
  }
  return null;
}

const savedByVhs = producedFileSchema.extend({ workflow: z.string().regex(/\.png$/i) });

function spread(files: ServerFile[]): ServerFile[] {
  const last = files.length - 1;
  const at = Array.from({ length: SAMPLES }, (_, n) => Math.round((n * last) / (SAMPLES - 1)));
  return [...new Set(at)].flatMap((index) => files[index] ?? []);
}
