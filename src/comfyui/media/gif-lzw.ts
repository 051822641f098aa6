// LZW with codes of 3 to 12 bits, lowest bit first. Source: GIF89a specification, appendix F.
import { UnreadableMedia } from './unreadable.ts';

const MAX_CODES = 4096;

/** Colour indexes of one frame. Throws UnreadableMedia where they are broken or too few. */
export function decodeLzw(data: Uint8Array, minCodeSize: number, count: number): Uint8Array {
  if (minCodeSize < 1 || minCodeSize > 11) throw new UnreadableMedia('a frame is broken');
  const pixels = new Uint8Array(count);
  const clear = 1 << minCodeSize;
  const end = clear + 1;
  // Each code is an earlier one and one more index.
  const prefix = new Uint16Array(MAX_CODES);
  const suffix = new Uint8Array(MAX_CODES);
  const stack = new Uint8Array(MAX_CODES + 1);
  for (let code = 0; code < clear; code += 1) suffix[code] = code;
  let next = end + 1;
  let size = minCodeSize + 1;
  let previous = -1;
  let first = 0;
  let bits = 0;
  let held = 0;
  let done = 0;
  for (let at = 0; done < count; ) {
    while (held < size) {
      if (at >= data.length) throw new UnreadableMedia('a frame ends early');
      bits |= (data[at] ?? 0) << held;
      held += 8;
      at += 1;
    }
    const code = bits & ((1 << size) - 1);
    bits >>>= size;
    held -= size;
    if (code === end) throw new UnreadableMedia('a frame ends early');
    if (code === clear) {
      next = end + 1;
      size = minCodeSize + 1;
      previous = -1;
      continue;
    }
    if (code > next || (code === next && previous < 0))
      throw new UnreadableMedia('a frame is broken');
    let depth = 0;
    let at1 = code;
    if (code === next) {
      // Not in the table yet: the previous string and its own first index.
      stack[depth++] = first;
      at1 = previous;
    }
    while (at1 >= clear) {
      if (at1 < end + 1 || depth >= MAX_CODES) throw new UnreadableMedia('a frame is broken');
      stack[depth++] = suffix[at1] ?? 0;
      at1 = prefix[at1] ?? 0;
    }
    first = at1;
    stack[depth++] = first;
    while (depth > 0 && done < count) pixels[done++] = stack[--depth] ?? 0;
    if (previous >= 0 && next < MAX_CODES) {
      prefix[next] = previous;
      suffix[next] = first;
      next += 1;
      if (next === 1 << size && size < 12) size += 1;
    }
    previous = code;
  }
  return pixels;
}
