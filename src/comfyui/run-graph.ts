import type { Failure } from '../contract/failure.ts';
import type { Clock } from '../ports/clock.ts';
import type { ComfyClient } from './client.ts';
import { openEventStream } from './event-stream.ts';
import type { Graph } from './graph.ts';
import type { ServerMessage } from './messages.ts';
import { refusal, takenFailure } from './refusal.ts';
import { endFailure } from './run-failures.ts';
import type { HistoryEntry } from './schemas.ts';
import { watchRun } from './watch.ts';

export interface RunGraphOptions {
  client: ComfyClient;
  graph: Graph;
  clientId: string;
  clock: Clock;
  signal: AbortSignal;
  /** What is rendered, as the subject of a sentence: `the dance`. */
  what: string;
  onSubmitted?(promptId: string): void;
  onMessage?(message: ServerMessage, promptId: string): void;
}

export interface FinishedRun {
  promptId: string;
  history: HistoryEntry;
}

/** How long the first try of the WebSocket holds up the run. */
const STREAM_PATIENCE_MS = 5_000;

/**
 * Hands a graph in and waits for its end. What ends it early, the signal or a failure, also takes it
 * off the server. Throws a Failure (comfyui-*, smoke-*) or the signal's reason.
 */
export async function runGraph(options: RunGraphOptions): Promise<FinishedRun> {
  const { client, graph, clientId, clock, signal } = options;
  const ended = new AbortController();
  const ending = AbortSignal.any([signal, ended.signal]);
  let promptId: string | null = null;
  let listener: (message: ServerMessage) => void = () => {};
  const stream = openEventStream({
    ...{ connection: client.connection, clientId, clock, signal: ending },
    onMessage: (message) => listener(message),
  });
  try {
    // Without a WebSocket the run is followed by the history alone.
    await firstTry(stream.ready, clock, signal);
    const submitted = await client.submit(graph, clientId, { signal });
    if (!submitted.accepted) throw refusal(graph, submitted);
    promptId = submitted.promptId;
    options.onSubmitted?.(promptId);
    const partly = takenFailure(graph, submitted.nodeErrors);
    if (partly) throw partly;
    const id = promptId;
    const watch = watchRun({ client, promptId: id, clock, signal });
    listener = (message) => {
      options.onMessage?.(message, id);
      watch.hear(message);
    };
    const end = await watch.ended;
    const failure: Failure | null = endFailure(end, options.what);
    if (end.kind !== 'done') throw failure;
    promptId = null;
    return { promptId: id, history: end.history };
  } finally {
    stream.close();
    ended.abort();
    // A run that nobody waits for would hold the GPU.
    if (promptId !== null) await cancelQuietly(client, promptId);
  }
}

/** Waits for the first try of the WebSocket, but not long. */
export async function firstTry(
  ready: Promise<unknown>,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const done = new AbortController();
  const patience = clock.sleep(STREAM_PATIENCE_MS, AbortSignal.any([signal, done.signal]));
  try {
    await Promise.race([ready, patience]);
  } finally {
    // A timer that is left behind would hold the process for its time.
    done.abort();
    patience.catch(() => {});
  }
}

async function cancelQuietly(client: ComfyClient, promptId: string): Promise<void> {
  await client.cancel(promptId, { timeoutMs: 3_000 }).catch(() => {
    // The reason of the end is what counts; a server that is gone has nothing to stop.
  });
}
