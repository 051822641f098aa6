// A hub with one large file, in a process of its own: node test/bench/download-server.ts BYTES [BYTES_PER_SECOND]
import { createHash } from 'node:crypto';
import { startHub } from '../world/hub/hub.ts';
import { bytesOf } from '../world/hub/random.ts';

const size = Number(process.argv[2]);
const bytesPerSecond = Number(process.argv[3] ?? 0);
const block = bytesOf(1, 64 * 1024 * 1024);
const read = (start: number, end: number): Buffer => {
  const from = start % block.length;
  const part = block.subarray(from, Math.min(block.length, from + end - start));
  return part.length === end - start ? part : Buffer.concat([part, read(start + part.length, end)]);
};
const hash = createHash('sha256');
for (let at = 0; at < size; at += block.length) {
  hash.update(block.subarray(0, Math.min(block.length, size - at)));
}
const file = { repo: 'a/b', path: 'big.bin', size, sha256: hash.digest('hex'), read };
const hub = await startHub({ files: [file], ...(bytesPerSecond ? { bytesPerSecond } : {}) });
process.stdout.write(`${JSON.stringify({ url: hub.url, sha256: file.sha256 })}\n`);
