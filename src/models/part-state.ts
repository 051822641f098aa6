import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { z } from 'zod';
import type { Range } from './ranges.ts';

const SLOT_BYTES = 8192;
const CHECK_CHARS = 16;

const rangesSchema = z.array(z.tuple([z.int().nonnegative(), z.int().nonnegative()]));
const stateSchema = z.object({
  v: z.literal(1),
  sequence: z.int().nonnegative(),
  bytes: z.int().nonnegative(),
  sha256: z.string().nullable(),
  etag: z.string().nullable(),
  commit: z.string().nullable(),
  /** Of the boot in which `written` was noted: after another one only `synced` is on the disk for sure. */
  boot: z.string().nullable(),
  written: rangesSchema,
  synced: rangesSchema,
});
type Slot = z.infer<typeof stateSchema>;

/** Which version of a file a partial download belongs to. */
export interface PartIdentity {
  bytes: number;
  sha256: string | null;
  etag: string | null;
  commit: string | null;
}

/**
 * The state file of a partial download: two slots that are written in turn, each with a checksum,
 * so that a torn write leaves the one before. Writing it is one call of some kilobytes; it can be
 * done for every megabyte.
 */
export class PartState {
  readonly #fd: number;
  readonly #identity: PartIdentity;
  readonly #boot: string | null;
  #sequence: number;

  private constructor(fd: number, identity: PartIdentity, boot: string | null, sequence: number) {
    this.#fd = fd;
    this.#identity = identity;
    this.#boot = boot;
    this.#sequence = sequence;
  }

  /**
   * Opens or makes the state file. `done` is what an earlier download of the same version wrote;
   * null when there was none, or when it was of another version.
   */
  static open(
    path: string,
    identity: PartIdentity,
    boot: string | null,
  ): { state: PartState; done: Range[] | null } {
    const fd = openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o644);
    try {
      const last = newestSlot(fd);
      // Its blocks are taken now: what came can be noted also on a disk that is full by then.
      if (last === null) writeSync(fd, Buffer.alloc(2 * SLOT_BYTES, '\n'), 0, 2 * SLOT_BYTES, 0);
      const same = last !== null && sameVersion(last, identity);
      const trusted = boot !== null && last?.boot === boot ? last.written : last?.synced;
      return {
        state: new PartState(fd, identity, boot, (last?.sequence ?? 0) + 1),
        done: same ? (trusted ?? []).map(([start, end]) => ({ start, end })) : null,
      };
    } catch (error) {
      closeSync(fd);
      throw error;
    }
  }

  save(written: readonly Range[], synced: readonly Range[]): void {
    const text = slotText({
      v: 1,
      sequence: this.#sequence,
      ...this.#identity,
      boot: this.#boot,
      written: written.map(({ start, end }) => [start, end]),
      synced: synced.map(({ start, end }) => [start, end]),
    });
    writeSync(this.#fd, text, (this.#sequence % 2) * SLOT_BYTES);
    this.#sequence += 1;
  }

  close(): void {
    closeSync(this.#fd);
  }
}

function slotText(slot: Slot): string {
  const json = JSON.stringify(slot);
  // Never seen: connections take ranges in order, so there are few. Fewer ranges are only more work.
  if (json.length + CHECK_CHARS + 2 > SLOT_BYTES) {
    return slotText({
      ...slot,
      written: slot.written.slice(0, 80),
      synced: slot.synced.slice(0, 80),
    });
  }
  return `${checksum(json)} ${json}`.padEnd(SLOT_BYTES - 1, ' ').concat('\n');
}

function newestSlot(fd: number): Slot | null {
  const buffer = Buffer.alloc(SLOT_BYTES);
  const size = fstatSync(fd).size;
  let newest: Slot | null = null;
  for (let at = 0; at < Math.min(size, 2 * SLOT_BYTES); at += SLOT_BYTES) {
    const length = readSync(fd, buffer, 0, SLOT_BYTES, at);
    const slot = parseSlot(buffer.toString('utf8', 0, length));
    if (slot && (!newest || slot.sequence > newest.sequence)) newest = slot;
  }
  return newest;
}

function parseSlot(text: string): Slot | null {
  const json = text.slice(CHECK_CHARS + 1).trimEnd();
  if (text.slice(0, CHECK_CHARS) !== checksum(json)) return null;
  const parsed = stateSchema.safeParse(JSON.parse(json));
  return parsed.success ? parsed.data : null;
}

function checksum(json: string): string {
  return createHash('sha256').update(json).digest('hex').slice(0, CHECK_CHARS);
}

function sameVersion(slot: Slot, identity: PartIdentity): boolean {
  if (slot.bytes !== identity.bytes) return false;
  if (slot.sha256 !== null && identity.sha256 !== null) return slot.sha256 === identity.sha256;
  // Without a hash of the hub, its ETag is all that tells one version from another.
  return slot.sha256 === identity.sha256 && slot.etag !== null && slot.etag === identity.etag;
}

/** What a partial file of `path` holds, for lists; 0 when there is none. */
export function bytesInPart(statePath: string): number {
  let fd: number;
  try {
    fd = openSync(statePath, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch {
    return 0;
  }
  try {
    const slot = newestSlot(fd);
    return (slot?.written ?? []).reduce((sum, [start, end]) => sum + end - start, 0);
  } finally {
    closeSync(fd);
  }
}
