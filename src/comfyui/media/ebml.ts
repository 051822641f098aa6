// Walks the elements of an EBML file without loading it. Source: RFC 8794 (EBML), sections 4 to 6.
import type { FileHandle } from 'node:fs/promises';
import { UnreadableMedia } from './unreadable.ts';

export interface Element {
  /** With its length marker, as specifications write it: 0x1A45DFA3. */
  id: number;
  /** Where its data begins in the file. */
  at: number;
  /** Bytes of its data; null: not known, as a live film is written. */
  size: number | null;
}

/** An id of four bytes and a size of eight. */
const HEADER_BYTES = 12;

/**
 * All elements in the file's order; those in `inside` are entered, the others skipped over.
 * @throws UnreadableMedia where an element ends behind the end of the file
 */
export async function* elements(
  file: FileHandle,
  fileBytes: number,
  inside: ReadonlySet<number>,
): AsyncGenerator<Element> {
  const header = Buffer.alloc(HEADER_BYTES);
  for (let offset = 0; offset < fileBytes; ) {
    const { bytesRead } = await file.read(header, 0, HEADER_BYTES, offset);
    const id = readVint(header, 0, bytesRead, true);
    const size = id && readVint(header, id.length, bytesRead, false);
    if (!id || !size || id.length > 4) throw new UnreadableMedia('its elements are broken');
    const at = offset + id.length + size.length;
    if (size.value !== null && at + size.value > fileBytes) {
      throw new UnreadableMedia('it ends before its end: it was not finished');
    }
    yield { id: Number(id.value), at, size: size.value };
    if (inside.has(Number(id.value))) offset = at;
    else if (size.value === null) throw new UnreadableMedia('an element of it has no length');
    else offset = at + size.value;
  }
}

/** A number of 1 to 8 bytes whose leading zeros tell its length; null where it is cut or is none. */
function readVint(
  bytes: Buffer,
  at: number,
  end: number,
  keepMarker: boolean,
): { value: number | null; length: number } | null {
  const first = at < end ? (bytes[at] ?? 0) : 0;
  const length = Math.clz32(first) - 23;
  if (first === 0 || at + length > end) return null;
  let value = keepMarker ? first : first & (0xff >> length);
  let allOnes = (first | (0xff00 >> length)) % 256 === 0xff;
  for (let i = 1; i < length; i += 1) {
    const byte = bytes[at + i] ?? 0;
    value = value * 256 + byte;
    allOnes &&= byte === 0xff;
  }
  return { value: !keepMarker && allOnes ? null : value, length };
}

/** The number at the beginning of a block: which track it belongs to. */
export function trackOf(block: Buffer): { track: number; length: number } | null {
  const number = readVint(block, 0, block.length, false);
  return number?.value == null ? null : { track: number.value, length: number.length };
}
