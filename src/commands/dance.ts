import { basename } from 'node:path';
import { type ComfyClient, createComfyClient } from '../comfyui/client.ts';
import { type Dance, type Dancer, renderDance } from '../comfyui/dance/dance.ts';
import { findDancer } from '../comfyui/dance/find-dancer.ts';
import { withWayOut } from '../comfyui/dance/full-memory.ts';
import type { DanceItem, DanceReport } from '../contract/dance.ts';
import { exitCodes, signalExitCodes } from '../contract/exit-codes.ts';
import { Failure, UsageError } from '../contract/failure.ts';
import { Cancelled } from '../pipeline/cancel.ts';
import { systemClock } from '../ports/clock.ts';
import { formatDuration } from '../text/format.ts';
import { connectionOptions } from './comfy-connection.ts';
import { planDances } from './dance-plan.ts';
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

/** What is wrong with one photo, clip or film; the next one of a queue may be well. */
const ITS_OWN_TROUBLE = /^(?:dance-no-person|smoke-file-|smoke-render-error$)/;

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
    await danceEach(dancer, client, server, { dances, report, options, io, signal });
  } catch (error) {
    throw asOfTheServer(error);
  } finally {
    await client.close();
  }
}

interface Queue {
  dances: Dance[];
  report: DanceReport;
  options: DanceCommandOptions;
  io: Io;
  signal: AbortSignal;
}

/** One after the other; what is wrong with one of them ends the queue only where it concerns all. */
async function danceEach(
  dancer: Dancer,
  client: ComfyClient,
  server: DanceServer,
  queue: Queue,
): Promise<void> {
  const failed: Failure[] = [];
  const count = queue.dances.length;
  for (const [index, one] of queue.dances.entries()) {
    try {
      await danceOne(index, one, dancer, client, queue);
    } catch (error) {
      const known = await withWayOut(error, one.film, dancer, server.killed);
      if (!(known instanceof Failure)) throw known;
      (queue.report.dances[index] as DanceItem).error = errorOf(known);
      if (count === 1 || !ITS_OWN_TROUBLE.test(known.code)) throw known;
      queue.io.say(index + 1 < count ? `${known.message} On to the next one.` : known.message);
      failed.push(known);
    }
  }
  const first = failed[0];
  if (!first) return;
  const sentence = `${failed.length} of ${count} dances gave no film. The first: ${first.message}`;
  throw new Failure({ ...first.details, sentence }, { cause: first });
}

/** A server that cannot be asked is no matter of preparing a run: exit code 15, as for a test. */
function asOfTheServer(error: unknown): unknown {
  if (!(error instanceof Failure) || error.details.phase || error.details.exitCode) return error;
  return new Failure({ ...error.details, phase: 'smoke' }, { cause: error });
}

async function danceOne(
  index: number,
  one: Dance,
  dancer: Dancer,
  client: ComfyClient,
  { dances, report, options, io, signal }: Queue,
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
