import { open } from 'node:fs/promises';

const STEP_BYTES = 64 * 1024;

/** True when the last whole line of a journal is its result. Reads from the end. */
export async function endsWithResult(journal: string): Promise<boolean> {
  const file = await open(journal, 'r').catch(() => null);
  if (!file) return false;
  try {
    let from = (await file.stat()).size;
    let text = Buffer.alloc(0);
    while (from > 0) {
      const step = Math.min(STEP_BYTES, from);
      from -= step;
      const { buffer } = await file.read(Buffer.alloc(step), 0, step, from);
      text = Buffer.concat([buffer, text]);
      const last = lastLine(text, from === 0);
      if (last !== null) return isResult(last);
    }
    return false;
  } finally {
    await file.close();
  }
}

/** The last line that has an end; null while its beginning is not yet in the buffer. */
function lastLine(text: Buffer, whole: boolean): string | null {
  const end = text.lastIndexOf(0x0a);
  if (end < 0) return whole ? '' : null;
  const start = end === 0 ? -1 : text.lastIndexOf(0x0a, end - 1);
  if (start < 0 && !whole) return null;
  return text.subarray(start + 1, end).toString();
}

function isResult(line: string): boolean {
  try {
    return (JSON.parse(line) as { type?: unknown }).type === 'result';
  } catch {
    return false;
  }
}
