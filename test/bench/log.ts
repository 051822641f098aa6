// A million lines of a build through the whole path, in one command: first as fast as they go, then
// at 20,000 a second with the real screen in a real pseudo-terminal, typed at all the while.
//   node test/bench/log.ts [--lines 1000000] [--rate 20000] [--main dist/main.js]
// Held against: 20,000 lines a second; the screen at most 15 % of a core, 150 MB, a key's echo 50 ms.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { PtySession } from '../terminal/harness/session.ts';
import { report } from './rows.ts';

const { values } = parseArgs({
  options: {
    lines: { type: 'string', default: '1000000' },
    rate: { type: 'string', default: '20000' },
    main: { type: 'string', default: 'dist/main.js' },
    columns: { type: 'string', default: '120' },
    rows: { type: 'string', default: '40' },
  },
});
/** What log-pour.ts prints. */
interface Poured {
  linesPerSecond: number;
  rssMegabytes: number;
}

/** CPU time in /proc is in ticks of 10 ms (proc(5), sysconf(_SC_CLK_TCK) is 100 on Linux). */
const TICK_MS = 10;

const pourFile = await bundlePour();
const home = mkdtempSync(join(tmpdir(), 'sd-bench-log-'));
try {
  const fastest = await pour('fast', 0).ended;
  const screen = await withScreen();
  console.error(JSON.stringify({ path: fastest, screen }, null, 2));
  const { keyEchoMs } = screen;
  report([
    {
      what: 'log path, a million lines',
      unit: 'lines/s',
      ours: fastest.linesPerSecond,
      limit: { atLeast: 20_000 },
    },
    {
      what: 'log path: memory of the run',
      unit: 'MB',
      ours: fastest.rssMegabytes,
      limit: { atMost: 150 },
    },
    { what: 'run screen: of a core', unit: '%', ours: screen.corePercent, limit: { atMost: 15 } },
    {
      what: 'run screen: memory at most',
      unit: 'MB',
      ours: screen.rssMegabytes,
      limit: { atMost: 150 },
    },
    {
      what: 'run screen: echo of a key, median',
      unit: 'ms',
      ours: keyEchoMs.median,
      limit: { atMost: 50 },
    },
    {
      what: 'run screen: echo of a key, 95 of 100',
      unit: 'ms',
      ours: keyEchoMs.p95,
      limit: { atMost: 50 },
    },
  ]);
} finally {
  rmSync(home, { recursive: true, force: true });
  rmSync(pourFile, { force: true });
}

/** The run's process as the program bundles and starts it (spawn-run.ts). */
async function bundlePour(): Promise<string> {
  const root = join(import.meta.dirname, '..', '..');
  const outfile = join(root, 'node_modules', '.cache', 'steadydancer', `pour-${process.pid}.mjs`);
  await build({
    entryPoints: [join(import.meta.dirname, 'log-pour.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'warning',
  });
  return outfile;
}

function pour(name: string, rate: number): { dir: string; ended: Promise<Poured> } {
  const dir = join(home, name, 'runs', '20261124-120000-be0c');
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, 'events.ndjson'), '');
  const args = ['--max-semi-space-size=2', pourFile, dir, values.lines, String(rate)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const ended = new Promise<Poured>((done, fail) => {
    child.once('close', (code) => {
      if (code === 0) done(JSON.parse(said));
      else fail(new Error(`the pouring ended with ${code}`));
    });
  });
  return { dir, ended };
}

async function withScreen() {
  const poured = pour('screen', Number(values.rate));
  while (!existsSync(join(poured.dir, 'run.json'))) await delay(20);
  const pty = new PtySession({
    file: process.execPath,
    args: [resolve(values.main), 'attach'],
    env: { STEADYDANCER_HOME: join(home, 'screen'), NODE_ENV: 'production' },
    columns: Number(values.columns),
    rows: Number(values.rows),
  });
  await pty.waitFor(/Building CUDA object/);
  let over = false;
  void poured.ended.finally(() => {
    over = true;
  });
  const [began, cpuBefore] = [performance.now(), cpuMs(pty.pid)];
  const echoes: number[] = [];
  let [cpuAfter, wallMs] = [0, 0];
  // The search field: what is typed has to be seen, letter by letter.
  pty.type('/');
  await delay(500);
  for (let at = 0; !over; at += 1) {
    const letter = 'abcdefghijklmnopqrstuvwxyz'[at % 26] ?? 'a';
    const typed = performance.now();
    pty.type(letter);
    if (await echoed(pty, letter, at)) echoes.push(performance.now() - typed);
    await delay(350);
    pty.press('backspace');
    await delay(350);
    if (!over) {
      cpuAfter = cpuMs(pty.pid);
      wallMs = performance.now() - began;
    }
  }
  const rss = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pty.pid}/status`, 'utf8'))?.[1];
  const flicker = pty.flicker();
  await pty.close();
  echoes.sort((a, b) => a - b);
  const share = (part: number) => Math.round(echoes[Math.floor(echoes.length * part)] ?? 0);
  return {
    poured: await poured.ended,
    corePercent: Number((((cpuAfter - cpuBefore) / wallMs) * 100).toFixed(1)),
    rssMegabytes: Math.round(Number(rss) / 1e3),
    keyEchoMs: { keys: echoes.length, median: share(0.5), p95: share(0.95), most: share(0.999) },
    flicker,
  };
}

/** The letter stands behind the slash of the search field. */
async function echoed(pty: PtySession, letter: string, at: number): Promise<boolean> {
  try {
    await pty.waitFor(new RegExp(`/ ?${letter}`), 3_000);
    return true;
  } catch (error) {
    if (at === 0) console.error((error as Error).message);
    return false;
  }
}

function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // Fields 14 and 15, counted from the bracket that ends field 2.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}
