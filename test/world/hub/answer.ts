import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import type { Fault, Schedule } from './faults.ts';
import type { HubFile } from './hub.ts';

export interface Answer {
  request: IncomingMessage;
  response: ServerResponse;
  file: HubFile;
  schedule: Schedule;
  /** Number of the request in its hub. */
  n: number;
  headers: Record<string, string>;
  bytesPerSecond?: number;
  sent(bytes: number): void;
}

const PAGE = '<!DOCTYPE html><html><head><title>Sign in</title></head><body>Sign in</body></html>';
const WRITE_BYTES = 256 * 1024;

/** Answers with a file, or a range of it, in the way that the schedule wants. */
export function answerFile(answer: Answer): void {
  const { request, response, file, schedule, n } = answer;
  const { permanent } = schedule;
  const fault = schedule.fault(n);
  if (permanent.kind === 'status' && n >= permanent.from) {
    response.writeHead(permanent.status).end('no');
    return;
  }
  if ((permanent.kind === 'html' && n >= permanent.from) || fault?.kind === 'html') {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(PAGE);
    return;
  }
  if ((permanent.kind === 'loop' && n >= permanent.from) || fault?.kind === 'loop') {
    response.writeHead(302, { location: request.url ?? '/' }).end();
    return;
  }
  if (fault?.kind === 'status') {
    response
      .writeHead(fault.status, fault.retryAfter ? { 'retry-after': fault.retryAfter } : {})
      .end('no');
    return;
  }
  if (fault?.kind === 'reset') {
    response.destroy();
    return;
  }
  const wanted = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
  const whole = !wanted || fault?.kind === 'whole' || permanent.kind === 'no-ranges';
  let start = whole ? 0 : Number(wanted?.[1]);
  let end = whole || !wanted?.[2] ? file.size : Math.min(file.size, Number(wanted[2]) + 1);
  if (start >= file.size && file.size > 0) {
    response.writeHead(416, { 'content-range': `bytes */${file.size}` }).end();
    return;
  }
  if (fault?.kind === 'wrong-range' && !whole) {
    const shift = start > 0 ? -1 : Math.min(1, file.size - end);
    start += shift;
    end += shift;
  }
  if (fault?.kind === 'gzip') {
    const packed = gzipSync(file.read(start, Math.min(end, start + 65536)));
    response.writeHead(whole ? 200 : 206, {
      'content-encoding': 'gzip',
      'content-length': String(packed.length),
      ...(whole ? {} : { 'content-range': `bytes ${start}-${end - 1}/${file.size}` }),
    });
    response.end(packed);
    return;
  }
  if (fault?.kind === 'short') end = start + Math.floor((end - start) * fault.at);
  const total = fault?.kind === 'wrong-total' ? file.size + 1 : file.size;
  const replaced = permanent.kind === 'replaced' && n >= permanent.from;
  response.writeHead(whole ? 200 : 206, {
    ...answer.headers,
    'content-type': 'application/octet-stream',
    'content-length': String(end - start),
    etag: fault?.kind === 'etag' || replaced ? '"another"' : `"${file.sha256.slice(0, 32)}"`,
    ...(permanent.kind === 'no-ranges' ? {} : { 'accept-ranges': 'bytes' }),
    ...(whole ? {} : { 'content-range': `bytes ${start}-${Math.max(start, end - 1)}/${total}` }),
  });
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  sendBody(answer, start, end, fault, replaced);
}

function sendBody(
  answer: Answer,
  start: number,
  end: number,
  fault: Fault | null,
  replaced: boolean,
): void {
  const { response, file, schedule, bytesPerSecond } = answer;
  const breaksAt =
    fault?.kind === 'truncated' || fault?.kind === 'stalled'
      ? start + Math.floor((end - start) * fault.at)
      : null;
  const until = breaksAt ?? end;
  let position = start;
  const started = performance.now();
  // Small writes at a limited rate: what is in the network is then little beside what has arrived.
  const most = bytesPerSecond
    ? Math.min(WRITE_BYTES, Math.ceil(bytesPerSecond / 100))
    : WRITE_BYTES;
  const more = () => {
    while (position < until) {
      if (response.destroyed) return;
      const size = Math.min(most, until - position);
      const allowed = bytesPerSecond
        ? ((performance.now() - started) / 1000) * bytesPerSecond
        : Number.POSITIVE_INFINITY;
      if (position - start + size > allowed + most) {
        setTimeout(more, 5);
        return;
      }
      let chunk = file.read(position, position + size);
      if (schedule.permanent.kind === 'corrupt' || replaced) chunk = spoiled(chunk, position);
      position += size;
      answer.sent(size);
      if (!response.write(chunk)) {
        response.once('drain', more);
        return;
      }
    }
    if (breaksAt === null) response.end();
    else if (fault?.kind === 'truncated') response.destroy();
    // Stalled: the connection stays open and silent until the other side gives up.
  };
  more();
}

/** Another file of the same size: its first byte differs. */
function spoiled(chunk: Buffer, position: number): Buffer {
  if (position !== 0 || chunk.length === 0) return chunk;
  const copy = Buffer.from(chunk);
  copy[0] = (copy[0] ?? 0) ^ 0xff;
  return copy;
}
