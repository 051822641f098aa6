import { randomInt } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { basename, extname, join, resolve } from 'node:path';
import { type ComfyClient, createComfyClient } from '../comfyui/client.ts';
import { type Dance, type Dancer, renderDance } from '../comfyui/dance/dance.ts';
import { filmOf } from '../comfyui/dance/film.ts';
import { findDancer } from '../comfyui/dance/find-dancer.ts';
import { withWayOut } from '../comfyui/dance/full-memory.ts';
import { type Clip, type Photo, readSource } from '../comfyui/dance/sources.ts';
import type { DanceItem, DanceReport } from '../contract/dance.ts';
import { exitCodes, signalExitCodes } from '../contract/exit-codes.ts';
import { Failure, UsageError } from '../contract/failure.ts';
import { Cancelled } from '../pipeline/cancel.ts';
import { systemClock } from '../ports/clock.ts';
import { formatDuration } from '../text/format.ts';
import { connectionOptions } from './comfy-connection.ts';
import { type DanceServer, ownServer } from './dance-server.ts';
import { type Io, outJson } from './io.ts';
import { paced } from './paced-lines.ts';

export interface DanceCommandOptions {
  output?: string;
  prompt?: string;
  seconds?: string;
  size?: string;
  seed?: string;
  drawn?: boolean;
  anyway?: boolean;
  profile?: string;
  url?: string;
  insecure?: boolean;
  json?: boolean;
}

const DEFAULT_PROMPT = 'a person dancing, full body';
/** The steps that the LoRA was distilled for (workflow 03). */
const STEPS = 4;

/** `steadydancer dance PHOTO CLIP [MORE…]`: 0 when every film was saved. */
export async function dance(
  files: string[],
  options: DanceCommandOptions,
  io: Io,
): Promise<number> {
  const controller = new AbortController();
  const signals = Object.keys(signalExitCodes) as (keyof typeof signalExitCodes)[];
  const stop = (by: NodeJS.Signals) =>
    controller.abort(new Cancelled(by as keyof typeof signalExitCodes));
  for (const by of signals) process.once(by, stop);
  const report: DanceReport = {
    ...{ v: 1, ok: false, rehearsal: null, url: null },
    ...{ outputs: [], dances: [] },
  };
  try {
    await danceAll(files, options, io, report, controller.signal);
    report.ok = true;
    return exitCodes.done;
  } catch (error) {
    report.error = errorOf(error);
    if (!(error instanceof Cancelled)) throw error;
    io.say(
      'Stopped; the server was told so, and nothing was saved of the dance that was going on.',
    );
    return error.exitCode;
  } finally {
    for (const by of signals) process.off(by, stop);
    if (options.json) outJson(io, report);
  }
}

async function danceAll(
  files: string[],
  options: DanceCommandOptions,
  io: Io,
  report: DanceReport,
  signal: AbortSignal,
): Promise<void> {
  // Whatever can be wrong with the input is said before anything is started.
  const dances = await planDances(files, options, io);
  report.dances = dances.map(itemOf);
  for (const text of new Set(dances.flatMap(({ film }) => film.notes))) io.say(text);
  const server: DanceServer =
    options.url === undefined
      ? await ownServer(options.profile, io, signal)
      : { url: options.url, built: {}, memoryLimitBytes: null, killed: async () => null };
  const client = createComfyClient(
    connectionOptions({ ...(options.insecure ? { insecure: true } : {}), url: server.url }, io),
  );
  report.url = client.connection.baseUrl;
  try {
    const dancer = await findDancer(client, dances, server, signal, options.anyway === true);
    report.rehearsal = dancer.kind === 'rehearsal';
    tell(dancer, io);
    for (const [index, one] of dances.entries()) {
      const many = { index, dances, report, options, io, signal };
      await danceOne(one, dancer, client, many).catch(async (error: unknown) => {
        throw await withWayOut(error, one.film, dancer, server.killed);
      });
    }
  } finally {
    await client.close();
  }
}

interface OneOfMany {
  index: number;
  dances: Dance[];
  report: DanceReport;
  options: DanceCommandOptions;
  io: Io;
  signal: AbortSignal;
}

async function danceOne(
  one: Dance,
  dancer: Dancer,
  client: ComfyClient,
  { index, dances, report, options, io, signal }: OneOfMany,
): Promise<void> {
  const item = report.dances[index] as DanceItem;
  const { width, height, frames, seconds } = one.film;
  const count = dances.length > 1 ? `${index + 1} of ${dances.length}: ` : '';
  io.say(
    `${count}${basename(one.photo.path)} dances ${basename(one.clip.path)}: ${width}x${height}, ${frames} frames, ${seconds.toFixed(1)} s, seed ${one.seed}.`,
  );
  const done = await renderDance(
    one,
    dancer,
    {
      ...{ client, clock: systemClock, say: paced(io, systemClock) },
      onSubmitted: (promptId) => {
        item.promptId = promptId;
      },
    },
    signal,
  );
  const { path, bytes, mime, detail } = done.film;
  item.ok = true;
  item.seconds = Math.round(done.renderMs) / 1000;
  item.output = { path, bytes, mime };
  report.outputs.push(item.output);
  io.say(`${detail} Rendered in ${formatDuration(done.renderMs)}.`);
  if (!options.json) io.out(path);
}

async function planDances(files: string[], options: DanceCommandOptions, io: Io): Promise<Dance[]> {
  const sources = [];
  for (const file of files) sources.push(await readSource(resolve(io.cwd, file)));
  const photos = sources.filter((source): source is Photo => source.kind === 'photo');
  const clips = sources.filter((source): source is Clip => source.kind === 'clip');
  if (photos.length === 0) throw new UsageError('dance needs a photo; all of these are videos.');
  if (clips.length === 0) throw new UsageError('dance needs a clip; all of these are pictures.');
  const pairs = photos.flatMap((photo) => clips.map((clip) => ({ photo, clip })));
  const target = await outputTarget(options.output, pairs.length, io);
  const seed = options.seed === undefined ? randomInt(2 ** 31) : parseSeed(options.seed);
  return pairs.map(({ photo, clip }) => ({
    ...{ photo, clip, seed, steps: STEPS },
    film: filmOf(photo, clip, { size: options.size, seconds: options.seconds }),
    drawn: options.drawn === true,
    prompt: options.prompt ?? DEFAULT_PROMPT,
    wanted: target(photo, clip),
  }));
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

function itemOf({ photo, clip, film, seed }: Dance): DanceItem {
  const { width, height, frames } = film;
  const open = { ok: false, promptId: null, seconds: null, output: null };
  return { photo: photo.path, clip: clip.path, ...open, width, height, frames, seed };
}

function tell(dancer: Dancer, io: Io): void {
  if (dancer.kind === 'rehearsal') {
    io.say('This is the rehearsal: a drawn figure dances, no model is at work. The film is a PNG.');
    return;
  }
  for (const note of dancer.models.notes) io.say(note);
  const { variant, attention, blockSwap } = dancer.models.settings;
  io.say(`With ${variant} weights, ${attention}, ${blockSwap} of 40 blocks in memory.`);
}

function errorOf(error: unknown): NonNullable<DanceReport['error']> {
  const text = error instanceof Error ? error.message : String(error);
  if (error instanceof Failure) return { code: error.code, text };
  if (error instanceof UsageError) return { code: 'usage', text };
  if (error instanceof Cancelled) return { code: 'cancelled', text };
  return { code: 'bug', text };
}
