// The run's side of log.ts: lines of a build through redaction, normaliser, bound, log store and
// journal into a run's folder, as fast as they go or at a rate. Says at its end what it took.
//   node --max-semi-space-size=2 FILE RUN_FOLDER LINES LINES_A_SECOND (0: as fast as it can)
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises';
import { LogBound } from '../../src/build/log-bound.ts';
import { LogStore } from '../../src/build/log-store.ts';
import { SolveNormaliser } from '../../src/build/normalise.ts';
import { redactedBuilder } from '../../src/build/redacted-builder.ts';
import type { SolveEvent } from '../../src/build/types.ts';
import { emptyResult } from '../../src/pipeline/result.ts';
import { systemClock } from '../../src/ports/clock.ts';
import { Journal } from '../../src/runner/journal.ts';
import { processStartedAt, runFiles, writeRunRecord } from '../../src/runner/run-record.ts';

/** As BuildKit sends output: some lines a message. */
const LINES_A_MESSAGE = 20;
const STEPS = 4;

const [dir = '', wanted = '', wantedRate = ''] = process.argv.slice(2);
const lines = Number(wanted);
const rate = Number(wantedRate) || Number.POSITIVE_INFINITY;
const runId = '20261124-120000-be0c';
await writeRunRecord(dir, {
  id: runId,
  pid: process.pid,
  pidStartedAt: processStartedAt(process.pid),
  startedAt: new Date().toISOString(),
  profile: null,
  recipe: 'custom',
  planDigest: null,
  choices: {},
});
const journal = new Journal(join(dir, runFiles.events), systemClock);
journal.emit({ type: 'run.started', runId, planDigest: 'x', profile: null, recipe: 'custom' });
journal.emit({ type: 'phase.started', phase: 'image' });
const bound = new LogBound(journal.emit, systemClock);
const normaliser = new SolveNormaliser(bound.emit, systemClock);
const store = new LogStore({ path: join(dir, runFiles.buildLog) });
let mostRss = 0;
const began = performance.now();
const see = (event: SolveEvent) => {
  store.push(event);
  normaliser.push(event);
};
const builder = redactedBuilder({ transport: 'engine', build: pour }, ['a-secret-of-this-process']);
const nothing = { contextDir: '', dockerfile: '', tag: '', args: {}, labels: {} };
await builder.build(nothing, see, new AbortController().signal);
normaliser.finish('done');
bound.flush();
await store.close();
const seconds = (performance.now() - began) / 1000;
journal.emit({ type: 'phase.finished', phase: 'image', ok: true, ms: seconds * 1000 });
journal.end({ type: 'result', ...emptyResult, ok: true, exitCode: 0, runId, runDir: dir });
const megabytes = (file: string) => Number((statSync(join(dir, file)).size / 1e6).toFixed(1));
console.log(
  JSON.stringify({
    lines,
    seconds: Number(seconds.toFixed(2)),
    linesPerSecond: Math.round(lines / seconds),
    rssMegabytes: Math.round(mostRss / 1e6),
    buildLogMegabytes: megabytes(runFiles.buildLog),
    journalMegabytes: megabytes(runFiles.events),
  }),
);

async function pour(_request: unknown, onEvent: (event: SolveEvent) => void) {
  const started = new Date().toISOString();
  for (let step = 0; step < STEPS; step += 1) {
    const name = `[compile ${step + 1}/${STEPS}] RUN make part-${step}`;
    onEvent({
      type: 'status',
      status: { vertexes: [{ digest: `sha256:${step}`, name, started }] },
    });
  }
  for (let at = 0; at < lines; at += LINES_A_MESSAGE) {
    let text = '';
    for (let i = 0; i < LINES_A_MESSAGE; i += 1) {
      text += `[${at + i}/${lines}] \x1b[32mBuilding\x1b[0m CUDA object csrc/kernels/attention_${i}.cu.o\n`;
    }
    const vertex = `sha256:${(at / LINES_A_MESSAGE) % STEPS}`;
    onEvent({ type: 'status', status: { logs: [{ vertex, stream: 1, data: Buffer.from(text) }] } });
    // As a stream does after each 64 kB: others get their turn, the disk among them.
    if (at % 800 !== 0) continue;
    await turn();
    const early = (at / rate) * 1000 - (performance.now() - began);
    if (early > 5) await delay(early);
    mostRss = Math.max(mostRss, process.memoryUsage.rss());
  }
  return { id: 'sha256:0' };
}
