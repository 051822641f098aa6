import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { Scanner } from './scan.ts';
import { isWrappedLog, LogUnwrapper } from './wrapped-log.ts';

export type LogSource = AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>;

const HEAD_BYTES = 64 * 1024;

/**
 * Reads a log of any form into a scanner: plain or gzip, UTF-8 or UTF-16 (PowerShell's `>`), text
 * or wrapped in JSON. Each chunk is used up before the next is asked for, so that a source may hand
 * out the same buffer again. A gzip file that ends early is read as far as it goes. Throws the signal's
 * reason.
 */
export async function readLog(
  source: LogSource,
  scanner: Scanner,
  signal?: AbortSignal,
): Promise<void> {
  const bytes = withHead(toUtf8(gunzipped(asBytes(source))));
  const first = await bytes.next();
  if (!first.done) {
    const head = Buffer.from(first.value).toString('utf8', 0, 8192);
    const reader = isWrappedLog(head)
      ? wrapped(scanner)
      : { write: (chunk: Uint8Array) => scanner.write(chunk), end: () => {} };
    reader.write(first.value);
    for await (const chunk of bytes) {
      signal?.throwIfAborted();
      reader.write(chunk);
    }
    reader.end();
  }
  scanner.end();
}

/** Splits into lines, unwraps each, and gives the scanner the text under the file's line numbers. */
function wrapped(scanner: Scanner): { write(chunk: Uint8Array): void; end(): void } {
  const unwrapper = new LogUnwrapper();
  let rest = Buffer.alloc(0);
  const line = (text: string) => {
    for (const part of unwrapper.push(text)) {
      scanner.fileLine = part.line;
      scanner.write(Buffer.from(`${part.text}\n`));
    }
  };
  return {
    write(chunk) {
      const buffer = Buffer.concat([rest, chunk]);
      let from = 0;
      for (let at = buffer.indexOf(10); at >= 0; at = buffer.indexOf(10, from)) {
        line(buffer.toString('utf8', from, at));
        from = at + 1;
      }
      rest = buffer.subarray(from);
    },
    end() {
      if (rest.length > 0) line(rest.toString('utf8'));
    },
  };
}

async function* asBytes(source: LogSource): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
}

/** Joins the first chunks until there is enough to judge the form of the file. */
async function* withHead(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const head: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of source) {
    if (size >= HEAD_BYTES) {
      yield chunk;
      continue;
    }
    head.push(Buffer.from(chunk));
    size += chunk.length;
    if (size >= HEAD_BYTES) yield Buffer.concat(head.splice(0));
  }
  if (head.length > 0) yield Buffer.concat(head);
}

async function* gunzipped(source: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  const head = withHead(source);
  const first = await head.next();
  if (first.done) return;
  // RFC 1952: every gzip member begins with 1f 8b.
  const isGzip = first.value[0] === 0x1f && first.value[1] === 0x8b;
  async function* all(): AsyncGenerator<Uint8Array> {
    yield first.value as Uint8Array;
    // The stream below keeps chunks for a while: it gets its own copies.
    for await (const chunk of head) yield isGzip ? Buffer.from(chunk) : chunk;
  }
  if (!isGzip) {
    yield* all();
    return;
  }
  const gunzip = createGunzip();
  const input = Readable.from(all());
  input.on('error', (error) => gunzip.destroy(error));
  try {
    for await (const chunk of input.pipe(gunzip)) yield chunk as Uint8Array;
  } catch (error) {
    // Z_BUF_ERROR: the file ends in the middle; what came out of it is still a log.
    if ((error as NodeJS.ErrnoException).code !== 'Z_BUF_ERROR') throw error;
  }
}

async function* toUtf8(source: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  let decoder: TextDecoder | null = null;
  let begun = false;
  for await (const chunk of source) {
    if (!begun) {
      begun = true;
      if (chunk[0] === 0xff && chunk[1] === 0xfe) decoder = new TextDecoder('utf-16le');
      else if (chunk[0] === 0xfe && chunk[1] === 0xff) decoder = new TextDecoder('utf-16be');
    }
    yield decoder ? Buffer.from(decoder.decode(chunk, { stream: true })) : chunk;
  }
}
