// Time to a verified file over loopback, against `curl && sha256sum` and `aria2c -x8` with its checksum.
// Usage: node test/bench/download.ts [--bytes 2000000000] [--rate BYTES_PER_SECOND] [--rounds 3] [--folder DIR]
// Rounds run one after the other on the same server, each tool first in turn, so that the ratio
// stands although times vary.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { median, pairedRatio, report } from './rows.ts';

const { values } = parseArgs({
  options: {
    bytes: { type: 'string', default: '2000000000' },
    rate: { type: 'string', default: '' },
    rounds: { type: 'string', default: '3' },
    folder: { type: 'string', default: tmpdir() },
  },
});
const here = import.meta.dirname;
// Built, as people run it: types that are stripped at start would count as memory.
const built = mkdtempSync(join(tmpdir(), 'sd-bench-built-'));
await build({
  entryPoints: [join(here, 'download-pull.ts'), join(here, '../../src/models/hash-worker.ts')],
  bundle: true,
  platform: 'node',
  format: 'esm',
  outdir: built,
  entryNames: '[name]',
  banner: {
    js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
  },
});
writeFileSync(join(built, 'package.json'), '{"type":"module"}');
const server = spawn(
  process.execPath,
  [join(here, 'download-server.ts'), values.bytes, ...(values.rate ? [values.rate] : [])],
  { stdio: ['ignore', 'pipe', 'inherit'] },
);
const [line] = await once(server.stdout, 'data');
const { url, sha256 } = JSON.parse(String(line)) as { url: string; sha256: string };
const address = `${url}/a/b/resolve/main/big.bin`;

interface Taken {
  ms: number;
  maxRssBytes?: number;
}

function shell(script: string): Taken {
  const started = performance.now();
  const { status, stderr } = spawnSync('bash', ['-c', script], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${script}: ${stderr}`);
  return { ms: performance.now() - started };
}

const tools: Record<string, (folder: string) => Taken> = {
  steadydancer: (folder) => {
    const started = performance.now();
    const child = spawnSync(process.execPath, [join(built, 'download-pull.js'), url, folder], {
      encoding: 'utf8',
    });
    if (child.status !== 0) throw new Error(child.stderr);
    const report = JSON.parse(child.stdout);
    if (!report.ok) throw new Error(child.stdout);
    // With the start of the program, as with the others.
    return { ms: performance.now() - started, maxRssBytes: report.maxRssBytes };
  },
  curl: (folder) =>
    shell(
      `cd ${folder} && curl -sSfL -o big.bin ${address} && echo "${sha256}  big.bin" | sha256sum -c --quiet`,
    ),
  aria2c: (folder) =>
    shell(
      `cd ${folder} && aria2c -q -x8 -s8 --allow-overwrite=true --checksum=sha-256=${sha256} -o big.bin ${address}`,
    ),
};

const ourMs: number[] = [];
const theirMs: number[] = [];
const sizes: number[] = [];
try {
  for (let round = 0; round < Number(values.rounds); round += 1) {
    const row: Record<string, Taken> = {};
    const names = Object.keys(tools);
    for (const [at] of names.entries()) {
      const name = names[(at + round) % names.length] ?? '';
      const folder = mkdtempSync(join(values.folder, 'sd-bench-'));
      try {
        const taken = tools[name]?.(folder);
        if (taken) row[name] = taken;
      } catch (error) {
        console.error(`${name}: ${(error as Error).message}`);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    }
    const ours = row.steadydancer;
    const others = [row.curl?.ms, row.aria2c?.ms].filter((ms) => ms !== undefined);
    if (!ours || others.length === 0) continue;
    const ratio = Math.min(...others) / ours.ms;
    ourMs.push(ours.ms);
    theirMs.push(Math.min(...others));
    sizes.push(ours.maxRssBytes ?? 0);
    console.log(
      names
        .map((name) => `${name} ${((row[name]?.ms ?? Number.NaN) / 1000).toFixed(2)} s`)
        .join('  '),
      ` ratio to the faster ${ratio.toFixed(2)}  RSS ${((ours.maxRssBytes ?? 0) / 1e6).toFixed(0)} MB`,
    );
  }
  const limited = values.rate === '' ? '' : ', limited a connection';
  report([
    {
      what: `verified download of ${Number(values.bytes) / 1e9} GB${limited}`,
      unit: 's',
      ours: median(ourMs) / 1000,
      peer: { name: 'the faster of curl and aria2c', value: median(theirMs) / 1000 },
      ratio: pairedRatio(theirMs, ourMs),
      limit: { atLeast: 0.9 },
    },
    {
      what: `download${limited}: memory at most`,
      unit: 'MB',
      ours: Math.max(...sizes) / 1e6,
      limit: { atMost: values.rate === '' ? 250 : 150 },
    },
  ]);
} finally {
  server.kill();
  rmSync(built, { recursive: true, force: true });
}
