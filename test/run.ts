// Runs the test layers one after the other and ends with one line: N passed, N failed, N skipped.
// Usage: node test/run.ts [unit|all|long|recipe]
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface Totals {
  passed: number;
  failed: number;
  skipped: number;
}

const mode = process.argv[2] ?? 'all';
const layers: Record<string, string[]> = {
  unit: ['unit', 'screens'],
  all: ['unit', 'screens', 'world', 'terminal', 'engine'],
  long: ['unit', 'screens', 'world', 'terminal', 'engine'],
  recipe: ['recipe'],
};
const wanted = layers[mode];
if (!wanted) {
  console.error(`No such set of tests: ${mode}. There are: ${Object.keys(layers).join(', ')}.`);
  process.exit(2);
}

const totals: Totals = { passed: 0, failed: 0, skipped: 0 };
const scratch = mkdtempSync(join(tmpdir(), 'steadydancer-tests-'));

function check(title: string, command: string, args: string[]): void {
  const started = Date.now();
  const { status } = spawnSync(command, args, { stdio: 'inherit' });
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  console.log(`-- ${title}: ${status === 0 ? 'ok' : 'FAILED'} in ${seconds} s`);
  if (status === 0) totals.passed += 1;
  else totals.failed += 1;
}

function layer(name: string): void {
  const report = join(scratch, `${name}.json`);
  const args = ['run', '--project', name, '--passWithNoTests', '--reporter=default'];
  const { status } = spawnSync(
    'vitest',
    [...args, '--reporter=json', `--outputFile.json=${report}`],
    {
      stdio: 'inherit',
      env: { ...process.env, ...(mode === 'long' ? { STEADYDANCER_TEST_LONG: '1' } : {}) },
    },
  );
  let failed = 0;
  try {
    const counts = JSON.parse(readFileSync(report, 'utf8'));
    failed = counts.numFailedTests;
    totals.passed += counts.numPassedTests;
    totals.skipped += counts.numPendingTests + counts.numTodoTests;
  } catch {
    // No report: vitest found no test file, or died before it could write one.
  }
  // A suite that cannot be loaded, or an unhandled error, fails no single test but is a failure.
  totals.failed += status !== 0 && failed === 0 ? 1 : failed;
}

if (mode === 'unit' || mode === 'all') {
  check('build', 'node', ['esbuild.config.ts']);
  check('types', 'tsc', []);
  check('format and lint', 'biome', ['ci', '.']);
} else {
  check('build', 'node', ['esbuild.config.ts']);
}
for (const name of wanted) layer(name);
rmSync(scratch, { recursive: true, force: true });

console.log(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
process.exit(totals.failed === 0 ? 0 : 1);
