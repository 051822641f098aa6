// How long commands take from their start to their end, each beside `node -e 0` in turn: what else
// the machine does falls on both. Usage: node test/bench/commands.ts [ROUNDS]
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BenchRow, median, pairedRatio, report } from './rows.ts';

const main = join(import.meta.dirname, '../../dist/main.js');
const rounds = Number(process.argv[2] ?? 15);
const home = mkdtempSync(join(tmpdir(), 'sd-commands-'));

const commands: { args: string[]; limit?: BenchRow['limit'] }[] = [
  { args: ['--version'], limit: { atMost: 1.3 } },
  { args: ['--help'] },
  { args: ['status', '--json'] },
  { args: ['profiles', 'list', '--json'] },
  { args: ['plan', '--profile', 'rehearsal', '--json'] },
  { args: ['doctor', '--no-network', '--json'] },
];

function took(args: readonly string[]): number {
  const began = performance.now();
  const env = { ...process.env, HOME: home, STEADYDANCER_HOME: join(home, 'own') };
  const { error } = spawnSync(process.execPath, args, { env, stdio: 'ignore' });
  if (error) throw error;
  return performance.now() - began;
}

try {
  const rows = commands.map(({ args, limit }): BenchRow => {
    const ours: number[] = [];
    const node: number[] = [];
    for (let round = -1; round < rounds; round += 1) {
      const pair = [took(['-e', '0']), took([main, ...args])] as const;
      // The first fills the caches of the disk and of what was compiled.
      if (round < 0) continue;
      node.push(pair[0]);
      ours.push(pair[1]);
    }
    return {
      what: `steadydancer ${args.join(' ')}`,
      unit: 'ms',
      ours: median(ours),
      peer: { name: 'node -e 0', value: median(node) },
      ratio: pairedRatio(ours, node),
      ...(limit ? { limit } : {}),
    };
  });
  report(rows);
} finally {
  rmSync(home, { recursive: true, force: true });
}
