// What the run screen costs while a build prints: the real `attach` in a real pseudo-terminal follows a
// journal that is written as a run writes it (the bound on lines included). Measures the CPU time of
// the front-end and how long a key takes until its effect is on the screen.
//   node esbuild.config.ts && node test/bench/run-screen.ts [--lines 1000000] [--rate 20000] [--size 80x24]
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { LogBound } from '../../src/build/log-bound.ts';
import type { EventBody } from '../../src/contract/events.ts';
import { systemClock } from '../../src/ports/clock.ts';
import { dockerfile, eventAt, LONG_RUN_ID, longRun } from '../screens/data/long-run.ts';
import { longRunPlan } from '../screens/data/long-run-plan.ts';
import { START } from '../screens/data/runs.ts';
import { ReplayedRun } from '../terminal/harness/replayed-run.ts';
import { PtySession } from '../terminal/harness/session.ts';

const { values } = parseArgs({
  options: {
    lines: { type: 'string', default: '1000000' },
    /** Lines a second, before the bound. */
    rate: { type: 'string', default: '20000' },
    size: { type: 'string', default: '80x24' },
    /** false: every line goes into the journal, as no run writes it. */
    bound: { type: 'string', default: 'true' },
  },
});
const lines = Number(values.lines);
const perTick = Number(values.rate) / 50;
const [columns = 80, rows = 24] = values.size.split('x').map(Number);
const SECOND = 700;
/** CLK_TCK is 100 on every Linux that Node runs on (proc(5), field 14 and 15 of stat). */
const TICK_MS = 10;

const home = mkdtempSync(join(tmpdir(), 'sd-run-screen-'));
const run = await ReplayedRun.open({
  runsDir: join(home, 'runs'),
  runId: LONG_RUN_ID,
  nowOfEvents: new Date(START + SECOND * 1000),
  plan: longRunPlan,
  dockerfile,
});
run.write(longRun(SECOND));
const root = join(import.meta.dirname, '..', '..');
const pty = new PtySession({
  file: process.execPath,
  args: [join(root, 'dist', 'main.js'), 'attach'],
  columns,
  rows,
  env: { STEADYDANCER_HOME: home },
});
await pty.waitFor('attention: uv pip', 30_000);

let pending: EventBody[] = [];
const emit = (event: EventBody) => void pending.push(event);
const bound = new LogBound(emit, systemClock);
const put = values.bound === 'true' ? bound.emit : emit;
const flush = () => {
  if (pending.length > 0) run.write(pending.map((body) => eventAt(SECOND, body)));
  pending = [];
};

const idle = await cpuShare(async () => sleep(5_000));
const echoes: number[] = [];
let printed = 0;
const busy = await cpuShare(async () => {
  const began = performance.now();
  let echoing: Promise<void> | null = null;
  for (let tick = 0; printed < lines; tick += 1) {
    for (let at = 0; at < perTick && printed < lines; at += 1, printed += 1) {
      const text = `[${printed}/${lines}] Building CUDA object csrc/kernels/attention_${printed % 20}.cu.o`;
      put({ type: 'build.log', vertex: 'f1', stream: 1, text });
    }
    flush();
    if (tick % 25 === 0) {
      echoing ??= echo().finally(() => {
        echoing = null;
      });
    }
    await sleep(Math.max(0, began + (tick + 1) * 20 - performance.now()));
  }
  await echoing;
});
echoes.sort((a, b) => a - b);
console.log(
  JSON.stringify({
    size: values.size,
    lines: printed,
    seconds: Number(busy.seconds.toFixed(1)),
    cpuPercentIdle: idle.percent,
    cpuPercentWhilePrinting: busy.percent,
    rssMegabytes: rss(),
    keys: echoes.length,
    keyEchoMs: {
      median: Math.round(echoes[Math.floor(echoes.length / 2)] ?? 0),
      p95: Math.round(echoes[Math.floor(echoes.length * 0.95)] ?? 0),
      most: Math.round(echoes.at(-1) ?? 0),
    },
  }),
);
await pty.close();
run.close();
rmSync(home, { recursive: true, force: true });
process.exit();

/** Tab moves the brackets: from the key to the moment when they are written elsewhere. */
async function echo(): Promise<void> {
  const before = focus();
  const began = performance.now();
  pty.press('tab');
  while (focus() === before) {
    if (performance.now() - began > 5_000) throw new Error('a key was lost');
    await sleep(1);
  }
  echoes.push(performance.now() - began);
}

/** By what was written last: to read the whole terminal takes longer than what is measured. */
function focus(): string {
  const tail = pty.written().slice(-30_000);
  return [...tail.matchAll(/\[(Steps|Log|Models|Disk|GPU)\]/g)].at(-1)?.[1] ?? '';
}

async function cpuShare(work: () => Promise<void>): Promise<{ percent: number; seconds: number }> {
  const before = cpuMs();
  const began = performance.now();
  await work();
  const took = performance.now() - began;
  const percent = Number((((cpuMs() - before) / took) * 100).toFixed(1));
  return { percent, seconds: took / 1000 };
}

function cpuMs(): number {
  const stat = readFileSync(`/proc/${pty.pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

function rss(): number {
  const status = readFileSync(`/proc/${pty.pid}/status`, 'utf8');
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1000);
}
