// Lines a second through the whole path of a build's output: normaliser, bound, log store, journal.
// Bundled as the program is (Node's own type stripping takes 35 MB), with V8's setting of the run's
// process (spawn-run.ts):
//   esbuild test/bench/log-path.ts --bundle --platform=node --format=esm --outfile=FILE.mjs
//   node --max-semi-space-size=2 FILE.mjs [--lines 1000000] [--steps 4] [--folder DIR]
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { LogBound } from '../../src/build/log-bound.ts';
import { LogStore } from '../../src/build/log-store.ts';
import { SolveNormaliser } from '../../src/build/normalise.ts';
import type { SolveEvent } from '../../src/build/types.ts';
import { systemClock } from '../../src/ports/clock.ts';
import { Journal } from '../../src/runner/journal.ts';

const { values } = parseArgs({
  options: {
    lines: { type: 'string', default: '1000000' },
    steps: { type: 'string', default: '4' },
    folder: { type: 'string', default: tmpdir() },
  },
});
const lines = Number(values.lines);
const steps = Number(values.steps);
/** As BuildKit sends output: some lines a message. */
const LINES_A_MESSAGE = 20;

const dir = mkdtempSync(join(values.folder, 'sd-log-path-'));
const journal = new Journal(join(dir, 'events.ndjson'), systemClock);
const bound = new LogBound(journal.emit, systemClock);
const normaliser = new SolveNormaliser(bound.emit, systemClock);
const store = new LogStore({ path: join(dir, 'build.log') });
let mostRss = 0;
const began = performance.now();
for (let at = 0; at < lines; at += LINES_A_MESSAGE) {
  let text = '';
  for (let i = 0; i < LINES_A_MESSAGE; i += 1) {
    text += `[${at + i}/${lines}] \x1b[32mBuilding\x1b[0m CUDA object csrc/kernels/attention_${i}.cu.o\n`;
  }
  const vertex = `sha256:${(at / LINES_A_MESSAGE) % steps}`;
  const event: SolveEvent = {
    type: 'status',
    status: { logs: [{ vertex, stream: 1, data: Buffer.from(text) }] },
  };
  store.push(event);
  normaliser.push(event);
  // As a stream does after each 64 kB: others get their turn, the disk among them.
  if (at % 800 === 0) {
    await turn();
    mostRss = Math.max(mostRss, process.memoryUsage.rss());
  }
}
normaliser.finish('done');
bound.flush();
await store.close();
journal.close();
const seconds = (performance.now() - began) / 1000;
console.log(
  JSON.stringify({
    lines,
    seconds: Number(seconds.toFixed(2)),
    linesPerSecond: Math.round(lines / seconds),
    rssMegabytes: Math.round(mostRss / 1e6),
    buildLogMegabytes: Math.round(statSync(join(dir, 'build.log')).size / 1e6),
    journalMegabytes: Number((statSync(join(dir, 'events.ndjson')).size / 1e6).toFixed(1)),
  }),
);
rmSync(dir, { recursive: true, force: true });
