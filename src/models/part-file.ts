import {
  closeSync,
  constants,
  fdatasync,
  fstatSync,
  ftruncateSync,
  openSync,
  writev,
} from 'node:fs';
import { type Hashing, startHashing } from './hashing.ts';
import { type PartIdentity, PartState } from './part-state.ts';
import type { Place } from './place.ts';
import { Ledger, type Range } from './ranges.ts';

/** State is noted after so many new bytes; with what connections hold back, a kill loses < 8 MB. */
const NOTE_EVERY_BYTES = 1_000_000;
/** The disk is asked to take what was written after so many bytes, for the sake of a power cut. */
const SYNC_EVERY_BYTES = 8_000_000;

/** A file on its way: its bytes, the note of which there are, and the thread that hashes them. */
export class PartFile {
  readonly ledger: Ledger;
  /** Bytes that were there when it was opened. */
  readonly resumedBytes: number;
  readonly #fd: number;
  readonly #state: PartState;
  readonly #hashing: Hashing;
  #unnoted = 0;
  #unsynced = 0;
  #synced: readonly Range[];
  #syncing: Promise<void> | null = null;
  #syncError: unknown = null;
  #closed = false;

  private constructor(fd: number, state: PartState, ledger: Ledger, hashing: Hashing) {
    this.#fd = fd;
    this.#state = state;
    this.#hashing = hashing;
    this.ledger = ledger;
    this.#synced = ledger.done;
    this.resumedBytes = ledger.doneBytes;
  }

  /** Opens what an earlier download of the same version left, or begins anew. @throws ErrnoException */
  static open(place: Place, identity: PartIdentity, boot: string | null): PartFile {
    const flags = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW;
    const fd = openSync(place.part, flags, 0o644);
    try {
      const { state, done } = PartState.open(place.state, identity, boot);
      // Sparse: the size is right from the start, blocks are taken as they are written.
      const trusted = done !== null && fstatSync(fd).size === identity.bytes ? done : [];
      if (trusted.length === 0) ftruncateSync(fd, 0);
      ftruncateSync(fd, identity.bytes);
      const ledger = new Ledger(identity.bytes, trusted);
      state.save(ledger.done, ledger.done);
      const hashing = startHashing(place.part, identity.bytes);
      hashing.completeTo(ledger.frontier);
      return new PartFile(fd, state, ledger, hashing);
    } catch (error) {
      closeSync(fd);
      throw error;
    }
  }

  get hashedBytes(): number {
    return this.#hashing.hashedBytes;
  }

  /** Writes at a position; all or nothing. @throws ErrnoException */
  async write(chunks: Buffer[], position: number): Promise<void> {
    let rest = chunks;
    let at = position;
    while (rest.length > 0) {
      const written = await writevAt(this.#fd, rest, at);
      at += written;
      rest = without(rest, written);
    }
  }

  /** Bytes were written and are in the ledger. @throws ErrnoException */
  wrote(bytes: number): void {
    this.#hashing.completeTo(this.ledger.frontier);
    this.#unnoted += bytes;
    this.#unsynced += bytes;
    if (this.#unnoted >= NOTE_EVERY_BYTES) this.note();
    if (this.#unsynced >= SYNC_EVERY_BYTES && !this.#syncing) this.#syncing = this.#sync();
  }

  note(): void {
    this.#unnoted = 0;
    this.#state.save(this.ledger.done, this.#synced);
  }

  async #sync(): Promise<void> {
    const done = this.ledger.done;
    this.#unsynced = 0;
    try {
      await synced(this.#fd);
      this.#synced = done;
    } catch (error) {
      this.#syncError ??= error;
    } finally {
      this.#syncing = null;
    }
  }

  /** Waits until all is hashed and on the disk. @throws ErrnoException */
  async finish(): Promise<string> {
    await this.#syncing;
    this.#syncing = this.#sync();
    const [sha256] = await Promise.all([this.#hashing.sha256, this.#syncing]);
    if (this.#syncError) throw this.#syncError;
    return sha256;
  }

  /** Everything that is written is noted as written. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#hashing.stop();
    await this.#syncing;
    try {
      this.note();
    } catch {
      // A full disk: the note before stands.
    } finally {
      this.#state.close();
      closeSync(this.#fd);
    }
  }
}

function writevAt(fd: number, chunks: Buffer[], position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    writev(fd, chunks, position, (error, written) => (error ? reject(error) : resolve(written)));
  });
}

function synced(fd: number): Promise<void> {
  return new Promise((resolve, reject) => {
    fdatasync(fd, (error) => (error ? reject(error) : resolve()));
  });
}

function without(chunks: Buffer[], bytes: number): Buffer[] {
  let left = bytes;
  const rest: Buffer[] = [];
  for (const chunk of chunks) {
    if (left >= chunk.length) left -= chunk.length;
    else {
      rest.push(left > 0 ? chunk.subarray(left) : chunk);
      left = 0;
    }
  }
  return rest;
}
