// `npm run bench [-- NAME…]`: every measurement, one after the other, as a table; the rows as JSON in
// bench.json beside it with --json FILE. Needs a quiet machine; without DOCKER_HOST's engine, without
// aria2c or buildx, what needs them is said to be missing.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type BenchRow, keeps, line } from './rows.ts';

const benches: Record<string, string[][]> = {
  'first-frame': [[]],
  commands: [[]],
  log: [[]],
  diagnose: [
    ['100', 'build'],
    ['100', 'comfyui'],
    ['100', 'colours'],
    ['100', 'errors'],
  ],
  download: [[], ['--rate', '20000000', '--bytes', '1000000000']],
  build: [[]],
  rerun: [[]],
};

const { values, positionals } = parseArgs({
  options: { json: { type: 'string' } },
  allowPositionals: true,
});
const scratch = mkdtempSync(join(tmpdir(), 'sd-bench-'));
const file = join(scratch, 'rows');
try {
  for (const [name, runs] of Object.entries(benches)) {
    if (positionals.length > 0 && !positionals.includes(name)) continue;
    for (const args of runs) measure(name, args);
  }
  const rows = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
  const read = rows.filter(Boolean).map((row) => JSON.parse(row) as BenchRow);
  console.log(`\n${cpus().length} cores, Node ${process.versions.node}\n`);
  for (const row of read) console.log(line(row));
  if (values.json) writeFileSync(values.json, `${JSON.stringify({ v: 1, rows: read }, null, 2)}\n`);
  process.exitCode = read.every((row) => keeps(row) !== false) ? 0 : 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

function measure(name: string, args: string[]): void {
  console.error(`-- ${[name, ...args].join(' ')}`);
  const script = join(import.meta.dirname, `${name}.ts`);
  const { status } = spawnSync(process.execPath, [script, ...args], {
    stdio: ['ignore', 2, 2],
    env: { ...process.env, STEADYDANCER_BENCH_ROWS: file },
  });
  if (status === 0 || status === null || hasRows(name)) return;
  const missing: BenchRow = { what: name, unit: '', ours: Number.NaN, missing: 'it did not run' };
  writeFileSync(file, `${JSON.stringify(missing)}\n`, { flag: 'a' });
}

/** A bench whose limit is not kept ends with 1 as well, but has said its rows. */
function hasRows(name: string): boolean {
  return name === 'first-frame' && existsSync(file);
}
