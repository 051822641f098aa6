import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { HashingHere } from './hashing-here.ts';

type Message =
  | { kind: 'digest'; sha256: string }
  | { kind: 'stopped' }
  | { kind: 'error'; message: string; code?: string };

/** How far a file is written and hashed; the hash itself comes when both are at its end. */
export interface Hashing {
  readonly sha256: Promise<string>;
  readonly hashedBytes: number;
  /** The file is complete up to here. */
  completeTo(bytes: number): void;
  stop(): Promise<void>;
}

/**
 * In the sources it lies beside this file; built, at the top of dist/, above the chunks. Null where
 * the program is one file (a single executable), which has nothing beside it.
 */
function workerFile(): string | null {
  const names = import.meta.url?.endsWith('.ts')
    ? ['./hash-worker.ts']
    : ['./hash-worker.js', '../hash-worker.js'];
  for (const name of names) {
    try {
      const path = fileURLToPath(new URL(name, import.meta.url));
      if (existsSync(path)) return path;
    } catch {
      // A bundle of another format knows no address of its own.
    }
  }
  return null;
}

/** The sha256 of a file that is still being written: in a thread of its own where there can be one. */
export function startHashing(
  path: string,
  bytes: number,
  worker: string | null = workerFile(),
): Hashing {
  return worker === null ? new HashingHere(path, bytes) : new HashingThread(path, bytes, worker);
}

/** The thread is woken for so much; waking it costs a system call, and it looks by itself every second. */
const WAKE_BYTES = 1 << 20;

class HashingThread implements Hashing {
  readonly sha256: Promise<string>;
  readonly #marks = new BigInt64Array(new SharedArrayBuffer(16));
  readonly #worker: Worker;
  readonly #bytes: number;
  #wokenAt = 0;

  constructor(path: string, bytes: number, worker: string) {
    this.#bytes = bytes;
    this.#worker = new Worker(worker, {
      workerData: { path, bytes, shared: this.#marks.buffer },
      // The buffer of one megabyte is all it needs.
      resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 4 },
    });
    this.sha256 = new Promise((resolve, reject) => {
      this.#worker.once('message', (message: Message) => {
        if (message.kind === 'digest') resolve(message.sha256);
        else if (message.kind === 'stopped') reject(new Error('hashing was stopped'));
        else reject(Object.assign(new Error(message.message), { code: message.code }));
      });
      this.#worker.once('error', reject);
      this.#worker.once('exit', () => reject(new Error('the hashing thread ended early')));
    });
    // Whoever stops it does not wait for the hash.
    this.sha256.catch(() => undefined);
  }

  completeTo(bytes: number): void {
    if (BigInt(bytes) <= Atomics.load(this.#marks, 0)) return;
    Atomics.store(this.#marks, 0, BigInt(bytes));
    if (bytes - this.#wokenAt < WAKE_BYTES && bytes < this.#bytes) return;
    this.#wokenAt = bytes;
    Atomics.notify(this.#marks, 0);
  }

  get hashedBytes(): number {
    return Number(Atomics.load(this.#marks, 1));
  }

  async stop(): Promise<void> {
    Atomics.store(this.#marks, 0, -1n);
    Atomics.notify(this.#marks, 0);
    await this.#worker.terminate();
  }
}

/**
 * The sha256 of a file that is complete.
 * @throws the error of the file system, or the signal's reason
 */
export async function sha256Of(
  path: string,
  bytes: number,
  signal: AbortSignal,
  onProgress: (bytes: number) => void = () => undefined,
): Promise<string> {
  signal.throwIfAborted();
  const hashing = startHashing(path, bytes);
  const stopped = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  stopped.catch(() => undefined);
  const ticks = setInterval(() => onProgress(hashing.hashedBytes), 250);
  try {
    hashing.completeTo(bytes);
    return await Promise.race([hashing.sha256, stopped]);
  } finally {
    clearInterval(ticks);
    await hashing.stop();
  }
}
