// Entry of the models sidecar's image: takes one order on stdin and answers in lines on stdout.
// `--self-check FOLDER`, while the image is built, proves that Node and its thread run in it.
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256Of } from '../hashing.ts';
import { followOrder } from './program.ts';
import { SIDECAR_FOLDER } from './protocol.ts';

const [flag, folder = SIDECAR_FOLDER] = process.argv.slice(2);
if (flag === '--self-check') await selfCheck(folder);
else {
  process.on('SIGTERM', () => process.stdin.destroy());
  await followOrder(process.stdin, SIDECAR_FOLDER, (word) => {
    process.stdout.write(`${JSON.stringify(word)}\n`);
  });
}

async function selfCheck(models: string): Promise<void> {
  mkdirSync(models, { recursive: true });
  chmodSync(models, 0o1777);
  mkdirSync(tmpdir(), { recursive: true });
  const probe = join(tmpdir(), 'probe');
  writeFileSync(probe, 'probe');
  const hash = await sha256Of(probe, 5, new AbortController().signal);
  process.stdout.write(`Node ${process.versions.node} hashes: ${hash}\n`);
}
