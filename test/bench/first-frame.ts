// How soon the wizard's first useful frame is there, beside an unbundled Ink "hello", both in a real
// terminal of 80x24 and in turn, so that what else the machine does falls on both.
// Usage: node test/bench/first-frame.ts [ROUNDS]
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PtySession } from '../terminal/harness/session.ts';
import { median, pairedRatio, report } from './rows.ts';

const root = join(import.meta.dirname, '..', '..');
const rounds = Number(process.argv[2] ?? 15);
const PATIENCE_MS = 60_000;

const home = mkdtempSync(join(tmpdir(), 'sd-frame-'));
const hello = join(root, 'dist', 'hello-ink.mjs');
writeFileSync(
  hello,
  `import { createElement } from 'react';
import { render, Text } from 'ink';
render(createElement(Text, null, 'hello'), { interactive: true, alternateScreen: true });
setTimeout(() => {}, 1000);
`,
);

/** Milliseconds from the start of the process to the frame that shows it. */
async function until(args: string[], wanted: string): Promise<number> {
  const begun = performance.now();
  const session = new PtySession({
    file: process.execPath,
    args,
    cwd: home,
    env: { HOME: home, STEADYDANCER_HOME: join(home, 'own') },
  });
  await session.waitFor(wanted, PATIENCE_MS);
  const ms = performance.now() - begun;
  await session.close();
  return ms;
}

try {
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = -1; round < rounds; round += 1) {
    const ink = await until([hello], 'hello');
    const wizard = await until([join(root, 'dist', 'main.js')], 'Rehearse only');
    // The first of each fills the caches of the disk.
    if (round < 0) continue;
    theirs.push(ink);
    ours.push(wizard);
  }
  report([
    {
      what: 'first useful frame of the wizard',
      unit: 'ms',
      ours: median(ours),
      peer: { name: 'unbundled Ink hello', value: median(theirs) },
      ratio: pairedRatio(ours, theirs),
      limit: { atMost: 0.8 },
    },
  ]);
} finally {
  rmSync(hello);
  rmSync(home, { recursive: true, force: true });
}
