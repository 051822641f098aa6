import { randomInt } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import type { Dance } from '../comfyui/dance/dance.ts';
import { filmOf } from '../comfyui/dance/film.ts';
import { checkFolder } from '../comfyui/dance/save.ts';
import { type Clip, type Photo, readSource } from '../comfyui/dance/sources.ts';
import { UsageError } from '../contract/failure.ts';
import type { DanceCommandOptions } from './dance.ts';
import type { Io } from './io.ts';

const DEFAULT_PROMPT = 'a person dancing, full body';
/** The steps that the LoRA was distilled for (workflow 03). */
const STEPS = 4;

/**
 * What is to be danced, in which size and under which name. Whatever can be wrong with files, options
 * and folders is said here, before anything is started.
 * @throws UsageError; Failure dance-*
 */
export async function planDances(
  files: string[],
  options: DanceCommandOptions,
  io: Io,
): Promise<Dance[]> {
  const sources = [];
  for (const file of files) sources.push(await readSource(resolve(io.cwd, file)));
  const photos = sources.filter((source): source is Photo => source.kind === 'photo');
  const clips = sources.filter((source): source is Clip => source.kind === 'clip');
  if (photos.length === 0) throw new UsageError('dance needs a photo; all of these are videos.');
  if (clips.length === 0) throw new UsageError('dance needs a clip; all of these are pictures.');
  const pairs = photos.flatMap((photo) => clips.map((clip) => ({ photo, clip })));
  const target = await outputTarget(options.output, pairs.length, io);
  const seed = options.seed === undefined ? randomInt(2 ** 31) : parseSeed(options.seed);
  const dances = pairs.map(({ photo, clip }) => ({
    ...{ photo, clip, seed, steps: STEPS },
    film: filmOf(photo, clip, { size: options.size, seconds: options.seconds }),
    drawn: options.drawn === true,
    prompt: options.prompt ?? DEFAULT_PROMPT,
    wanted: target(photo, clip),
  }));
  for (const folder of new Set(dances.map(({ wanted }) => dirname(wanted)))) {
    await checkFolder(folder);
  }
  return dances;
}

/** A file for one film; a folder, or nothing, gives each film a name of its own. */
async function outputTarget(output: string | undefined, count: number, io: Io) {
  const stem = (path: string) => basename(path, extname(path));
  const inFolder = (folder: string) => (photo: Photo, clip: Clip) =>
    join(folder, `${stem(photo.path)}-${stem(clip.path)}.mp4`);
  if (output === undefined) return inFolder(io.cwd);
  const path = resolve(io.cwd, output);
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => /[\\/]$/.test(output),
  );
  if (isFolder) return inFolder(path);
  if (count > 1) {
    throw new UsageError(`${count} films need a folder: -o ${output}/ or another one.`);
  }
  return () => (extname(path) === '' ? `${path}.mp4` : path);
}

function parseSeed(text: string): number {
  const seed = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(seed)) return seed;
  throw new UsageError(`--seed takes a whole number, not ${text}.`);
}
