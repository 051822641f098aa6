import { resolve } from 'node:path';
import { type ComfyClient, createComfyClient } from '../comfyui/client.ts';
import type { Graph } from '../comfyui/graph.ts';
import { readWorkflow } from '../comfyui/read-workflow.ts';
import { fittingGraph, shippedGraph } from '../comfyui/shipped-graphs.ts';
import { runSmoke, type SmokeOutcome } from '../comfyui/smoke/run.ts';
import type { Event, EventBody } from '../contract/events.ts';
import { exitCodes } from '../contract/exit-codes.ts';
import { Failure, UsageError } from '../contract/failure.ts';
import type { SmokeLevel, SmokeReport } from '../contract/smoke.ts';
import { systemClock } from '../ports/clock.ts';
import { whyUnreadable } from '../ports/plain-file.ts';
import { connectionOptions } from './comfy-connection.ts';
import { type Io, outJson } from './io.ts';

export interface SmokeCommandOptions {
  url?: string;
  /** A workflow in API format; by default one that the server can render. */
  workflow?: string;
  /** Seconds for the whole test. */
  timeout?: string;
  json?: boolean;
  /** Folder for the produced files; by default `./smoke`. */
  out?: string;
  insecure?: boolean;
}

const marks: Record<SmokeLevel['status'], string> = {
  ok: 'ok  ',
  warn: 'warn',
  fail: 'FAIL',
  skip: 'skip',
};

/** `smoke --url URL`: 0 when every level that was tried passed, 15 when one failed. */
export async function smoke(options: SmokeCommandOptions, io: Io): Promise<number> {
  if (!options.url) throw new UsageError('smoke needs --url, the address of the ComfyUI.');
  const limitMs = timeoutMs(options.timeout);
  const client = createComfyClient(connectionOptions({ ...options, url: options.url }, io));
  const limit = AbortSignal.timeout(limitMs);
  try {
    const { workflow } = options;
    const asked = workflow ? await personsWorkflow(workflow, io, client, limit) : null;
    const graph = asked ?? (await fittingGraph(client, limit));
    const emit = (event: EventBody) => say(event, io, options.json === true);
    const outcome = await runSmoke({
      client,
      graph,
      gpuExpected: { kind: 'any' },
      outDir: resolve(io.cwd, options.out ?? 'smoke'),
      emit,
      signal: limit,
      clock: systemClock,
    });
    return report(outcome, options, io);
  } catch (error) {
    if (!limit.aborted) throw error;
    const message = `The smoke test was not done in ${limitMs / 1000} s.`;
    if (options.json) outJson(io, unfinished);
    io.say(message);
    return exitCodes.timeout;
  } finally {
    await client.close();
  }
}

const unfinished: SmokeReport = { v: 1, ok: false, levels: [], outputs: [] };

/** Default 45 minutes: a first video on a slow disk loads 30 GB of weights. */
function timeoutMs(text: string | undefined): number {
  if (text === undefined) return 45 * 60_000;
  const seconds = Number(text);
  if (!Number.isFinite(seconds) || seconds <= 0 || seconds > 86_400) {
    throw new UsageError(`--timeout takes seconds between 1 and 86400, not ${text}.`);
  }
  return seconds * 1000;
}

async function personsWorkflow(
  file: string,
  io: Io,
  client: ComfyClient,
  signal: AbortSignal,
): Promise<Graph> {
  try {
    return await readWorkflow(resolve(io.cwd, file), client, signal);
  } catch (error) {
    if (error instanceof Failure && error.code.startsWith('workflow-')) {
      throw new UsageError(error.message);
    }
    const code = (error as NodeJS.ErrnoException).code;
    // The level `reachable` says what is wrong with the server.
    if (error instanceof Failure) return shippedGraph('any-comfyui');
    if (code === undefined) throw error;
    throw new UsageError(`${file} cannot be read: ${whyUnreadable(error)}.`);
  }
}

function say(event: EventBody | Event, io: Io, quiet: boolean): void {
  if (quiet) return;
  if (event.type === 'smoke.level') io.say(`${marks[event.status]} ${event.id}: ${event.detail}`);
  else if (event.type === 'smoke.progress') io.say(`     ${event.text}`);
}

function report(
  { ok, levels, outputs }: SmokeOutcome,
  { json }: SmokeCommandOptions,
  io: Io,
): number {
  const document: SmokeReport = { v: 1, ok, levels, outputs };
  if (json) outJson(io, document);
  else for (const output of outputs) io.out(output.path);
  return ok ? exitCodes.done : exitCodes.smoke;
}
