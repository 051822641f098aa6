// Follows a file that is being written, behind the place up to which it is complete, and hashes it.
// What it reads is still in the page cache: the file is not read from the disk a second time.
import { createHash } from 'node:crypto';
import { closeSync, constants, openSync, readSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';

interface Order {
  path: string;
  bytes: number;
  /** [0] complete up to here, written by the main thread; -1: stop. [1] hashed up to here, written here. */
  shared: SharedArrayBuffer;
}

const order = workerData as Order;
const COMPLETE = 0;
const HASHED = 1;
const marks = new BigInt64Array(order.shared);
const hash = createHash('sha256');
const buffer = Buffer.allocUnsafe(1 << 20);

try {
  const fd = openSync(order.path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
  let at = 0;
  let stopped = false;
  while (at < order.bytes) {
    const complete = Atomics.load(marks, COMPLETE);
    if (complete < 0n) {
      stopped = true;
      break;
    }
    if (complete <= BigInt(at)) {
      Atomics.wait(marks, COMPLETE, complete, 1_000);
      continue;
    }
    const length = readSync(fd, buffer, 0, Math.min(buffer.length, Number(complete) - at), at);
    if (length === 0) throw new Error(`${order.path} ends at byte ${at}`);
    hash.update(buffer.subarray(0, length));
    at += length;
    Atomics.store(marks, HASHED, BigInt(at));
  }
  closeSync(fd);
  parentPort?.postMessage(
    stopped ? { kind: 'stopped' } : { kind: 'digest', sha256: hash.digest('hex') },
  );
} catch (error) {
  const { code, message } = error as NodeJS.ErrnoException;
  parentPort?.postMessage({ kind: 'error', message, code });
}
