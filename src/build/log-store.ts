import { type FileHandle, mkdir, open, rename, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { PlainLog } from './plain-log.ts';
import { StepTail } from './step-tail.ts';
import type { SolveEvent } from './types.ts';

export interface LogStoreOptions {
  /** build.log of the run; its folder is made. */
  path: string;
  /** The file is put aside as `<path>.1` when it grows beyond this; default 256 MB. */
  maxBytes?: number;
  /** Output kept in memory for each step; default 256 kB. */
  bytesPerStep?: number;
  /** Longest time that a line waits for the disk; default 250 ms. */
  flushMs?: number;
  /** The disk is full: true when room was made, so that it is tried once more. */
  onFull?: () => boolean;
}

const FLUSH_BYTES = 64 * 1024;

/**
 * Keeps a build's output twice: the raw bytes in a file, in the form of buildx' plain progress
 * (`#7 text`), and the last output of each step in memory. It writes on a timer or when
 * enough has come together, never per line. A full disk does not stop a build: see `error`.
 */
export class LogStore {
  readonly #options: Required<LogStoreOptions>;
  readonly #plain = new PlainLog();
  readonly #steps = new Map<string, StepTail>();
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> | null = null;
  #file: FileHandle | null = null;
  #size = 0;
  #error: Error | null = null;

  constructor(options: LogStoreOptions) {
    this.#options = {
      maxBytes: 256e6,
      bytesPerStep: 256e3,
      flushMs: 250,
      onFull: () => false,
      ...options,
    };
  }

  /** Why the file is not complete, null when it is. */
  get error(): Error | null {
    return this.#error;
  }

  push(event: SolveEvent): void {
    if (event.type === 'status') {
      for (const log of event.status.logs ?? []) this.#remember(log.vertex, log.stream, log.data);
    }
    for (const bytes of this.#plain.push(event)) this.#write(bytes);
  }

  /** The last lines of a step, oldest first, sanitised; also one that has no end yet. */
  tail(vertex: string, count: number): string[] {
    return this.#steps.get(vertex)?.lines(count) ?? [];
  }

  /** Writes what is held back. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    // One write at a time: what comes meanwhile goes with the next one, in one piece.
    this.#writing ??= this.#drain().finally(() => {
      this.#writing = null;
    });
    await this.#writing;
  }

  /** Writes everything, also lines that have no end yet. */
  async close(): Promise<void> {
    for (const bytes of this.#plain.end()) this.#write(bytes);
    do await this.flush();
    while (this.#pending.length > 0);
    await this.#file?.close().catch(() => {});
    this.#file = null;
  }

  async #drain(): Promise<void> {
    while (this.#pending.length > 0) {
      const bytes = Buffer.concat(this.#pending);
      this.#pending = [];
      this.#pendingBytes = 0;
      await this.#append(bytes);
    }
  }

  #remember(vertex: string, stream: 1 | 2, data: Uint8Array): void {
    let step = this.#steps.get(vertex);
    if (!step) {
      step = new StepTail(this.#options.bytesPerStep);
      this.#steps.set(vertex, step);
    }
    step.push(stream, data);
  }

  #write(bytes: Uint8Array): void {
    this.#pending.push(bytes);
    this.#pendingBytes += bytes.length;
    if (this.#pendingBytes >= FLUSH_BYTES) {
      if (this.#writing === null) void this.flush();
    } else if (this.#timer === undefined) {
      this.#timer = setTimeout(() => void this.flush(), this.#options.flushMs);
      this.#timer.unref();
    }
  }

  async #append(bytes: Buffer): Promise<void> {
    const { path, maxBytes } = this.#options;
    try {
      if (this.#file && this.#size > 0 && this.#size + bytes.length > maxBytes) {
        await this.#file.close();
        this.#file = null;
        await rename(path, `${path}.1`);
      }
      this.#file ??= await this.#open();
      await this.#writeAll(this.#file, bytes);
    } catch (error) {
      // Later lines are tried again: there may be room by then. What is missing stays known.
      this.#error ??= error as Error;
    }
  }

  async #open(): Promise<FileHandle> {
    const { path, maxBytes } = this.#options;
    await mkdir(dirname(path), { recursive: true });
    const found = await stat(path).catch(() => null);
    if (found && found.size >= maxBytes) await rename(path, `${path}.1`);
    const file = await open(path, 'a', 0o600);
    this.#size = (await file.stat()).size;
    return file;
  }

  async #writeAll(file: FileHandle, bytes: Buffer): Promise<void> {
    let at = 0;
    let made = false;
    while (at < bytes.length) {
      try {
        const { bytesWritten } = await file.write(bytes, at, bytes.length - at);
        at += bytesWritten;
        this.#size += bytesWritten;
      } catch (error) {
        const full = (error as NodeJS.ErrnoException).code === 'ENOSPC';
        if (!full || made || !this.#options.onFull()) throw error;
        made = true;
      }
    }
  }
}
