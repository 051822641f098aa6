import { Failure } from '../contract/failure.ts';
import type { Clock } from '../ports/clock.ts';
import type { ComfyClient } from './client.ts';
import type { NodeException, ServerMessage } from './messages.ts';
import { parseMessage } from './messages.ts';
import type { HistoryEntry } from './schemas.ts';

export type RunEnd =
  | { kind: 'done'; history: HistoryEntry }
  | { kind: 'error'; exception: NodeException }
  | { kind: 'interrupted' }
  /** The server knows nothing of the run any more: it was started again in between. */
  | { kind: 'lost' };

export interface WatchOptions {
  client: ComfyClient;
  promptId: string;
  clock: Clock;
  signal: AbortSignal;
  /** Milliseconds between looks at the history; messages only make the end known earlier. */
  pollMs?: number;
}

const POLL_MS = 1_000;
/** An absent run is believed only when it was absent this often in a row. */
const ABSENT_LIMIT = 3;
/** A port that stays closed this often: the server has ended and nobody starts it again. */
const CLOSED_LIMIT = 15;
/** Milliseconds of wrong answers in a row (a proxy's 502, a web page): longer than a restart behind it. */
const BROKEN_LIMIT_MS = 60_000;
/** Milliseconds without any answer: longer than reading 30 GB of weights holds a server up. */
const SILENT_LIMIT_MS = 10 * 60_000;

/**
 * Waits for the end of a run. The history is the truth; `hear` takes the WebSocket's messages, so
 * that an end is known at once. Throws the signal's reason, or the Failure of the last look when the
 * server has ended, gives only wrong answers, or is silent for longer than loading a model takes.
 */
export function watchRun(options: WatchOptions): {
  ended: Promise<RunEnd>;
  hear(message: ServerMessage): void;
} {
  const { client, promptId, clock, signal } = options;
  let wake: () => void = () => {};
  let heard: RunEnd | null = null;
  let hurry = false;
  let closed = 0;
  /** Since when each look failed; null while the server answers. */
  let failingSince: number | null = null;

  function hear(message: ServerMessage): void {
    if (!('promptId' in message) || message.promptId !== promptId) return;
    if (message.type === 'execution_error') heard = { kind: 'error', exception: message };
    else if (message.type === 'execution_interrupted') heard = { kind: 'interrupted' };
    else if (message.type === 'executing' && message.node === null) hurry = true;
    else if (message.type === 'execution_success') hurry = true;
    else return;
    wake();
  }

  async function pause(): Promise<void> {
    const woken = new AbortController();
    wake = () => woken.abort();
    if (heard) return;
    // After execution_success the history follows within milliseconds.
    const ms = hurry ? 50 : (options.pollMs ?? POLL_MS);
    await clock.sleep(ms, AbortSignal.any([signal, woken.signal])).catch(() => {});
    signal.throwIfAborted();
  }

  async function look(): Promise<{ end: RunEnd | null; known: boolean }> {
    try {
      const entry = await client.history(promptId, { signal });
      if (entry) return { end: endOf(entry), known: true };
      const { running, pending } = await client.queue({ signal });
      closed = 0;
      failingSince = null;
      return { end: null, known: running.includes(promptId) || pending.includes(promptId) };
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof Failure)) throw error;
      const now = clock.monotonicMs();
      failingSince ??= now;
      closed = error.code === 'comfyui-unreachable' ? closed + 1 : 0;
      const limitMs = error.code === 'comfyui-timeout' ? SILENT_LIMIT_MS : BROKEN_LIMIT_MS;
      if (closed >= CLOSED_LIMIT || now - failingSince >= limitMs) throw error;
      return { end: null, known: true };
    }
  }

  async function untilEnded(): Promise<RunEnd> {
    let absent = 0;
    for (;;) {
      if (heard) return heard;
      const { end, known } = await look();
      if (end) return end;
      absent = known ? 0 : absent + 1;
      if (absent >= ABSENT_LIMIT) return { kind: 'lost' };
      await pause();
    }
  }

  return { ended: untilEnded(), hear };
}

function endOf(entry: HistoryEntry): RunEnd {
  const messages = entry.status.messages.map(([name, data]) => parseMessage(name, data));
  for (const message of messages) {
    if (message.type === 'execution_error') return { kind: 'error', exception: message };
    if (message.type === 'execution_interrupted') return { kind: 'interrupted' };
  }
  return { kind: 'done', history: entry };
}
