import { WebSocket } from 'undici';
import type { Clock } from '../ports/clock.ts';
import type { Connection } from './connection.ts';
import { parseBinaryMessage, parseTextMessage, type ServerMessage } from './messages.ts';

export interface EventStreamOptions {
  connection: Connection;
  /** Most messages go only to the client that submitted. */
  clientId: string;
  clock: Clock;
  signal: AbortSignal;
  onMessage(message: ServerMessage): void;
  /** `lost` is followed by `open` when it comes back, by `gone` when no more is tried. */
  onState?(state: StreamState): void;
}
export type StreamState = 'open' | 'lost' | 'gone';

export interface EventStream {
  readonly state: StreamState;
  /** Resolves after the first try, whether it opened or not; more follow. */
  ready: Promise<StreamState>;
  close(): void;
}

const RETRY_DELAYS_MS = [250, 500, 1_000, 2_000, 4_000];
const OPEN_TIMEOUT_MS = 10_000;

/**
 * Listens to ComfyUI's WebSocket and comes back when the connection is lost. It never throws: who
 * listens also polls the history, so a server or proxy without WebSocket only costs smoothness.
 */
export function openEventStream(options: EventStreamOptions): EventStream {
  const { clock } = options;
  const stop = new AbortController();
  const ending = AbortSignal.any([options.signal, stop.signal]);
  let state: StreamState = 'lost';
  let settleReady: (state: StreamState) => void = () => {};
  const ready = new Promise<StreamState>((resolve) => {
    settleReady = resolve;
  });
  const become = (next: StreamState) => {
    state = next;
    if (next !== 'lost') settleReady(next);
    options.onState?.(next);
  };

  async function keepListening(): Promise<void> {
    let failures = 0;
    while (!ending.aborted && failures <= RETRY_DELAYS_MS.length) {
      const opened = await listenOnce(options, ending, () => become('open'));
      if (ending.aborted) break;
      failures = opened ? 1 : failures + 1;
      settleReady('lost');
      if (opened) become('lost');
      const delay = RETRY_DELAYS_MS[failures - 1];
      if (delay === undefined) break;
      await clock.sleep(delay, ending).catch(() => {});
    }
    become('gone');
  }
  void keepListening();

  return {
    get state() {
      return state;
    },
    ready,
    close: () => stop.abort(),
  };
}

/** One connection from opening to end; true when it was open at all. */
function listenOnce(
  options: EventStreamOptions,
  ending: AbortSignal,
  onOpen: () => void,
): Promise<boolean> {
  const { connection, clientId } = options;
  const url = `${connection.baseUrl.replace(/^http/, 'ws')}/ws?clientId=${encodeURIComponent(clientId)}`;
  return new Promise((resolve) => {
    let opened = false;
    const socket = new WebSocket(url, {
      dispatcher: connection.dispatcher,
      headers: connection.headers,
    });
    socket.binaryType = 'arraybuffer';
    const finish = () => {
      openLimit.abort();
      ending.removeEventListener('abort', finish);
      if (socket.readyState !== WebSocket.CLOSED) socket.close();
      resolve(opened);
    };
    const openLimit = new AbortController();
    options.clock.sleep(OPEN_TIMEOUT_MS, openLimit.signal).then(
      () => (opened ? undefined : finish()),
      () => {},
    );
    ending.addEventListener('abort', finish, { once: true });
    socket.addEventListener('open', () => {
      opened = true;
      openLimit.abort();
      onOpen();
    });
    socket.addEventListener('message', ({ data }: { data: unknown }) => {
      if (ending.aborted) return;
      if (typeof data === 'string') options.onMessage(parseTextMessage(data));
      else if (data instanceof ArrayBuffer) {
        options.onMessage(parseBinaryMessage(new Uint8Array(data)));
      }
    });
    socket.addEventListener('error', finish);
    socket.addEventListener('close', finish);
  });
}
