// Time to a verified file over loopback, against `curl && sha256sum` and `aria2c -x8` with its checksum.
// Usage: node test/bench/download.ts [--bytes 2000000000] [--rate BYTES_PER_SECOND] [--pairs 3] [--folder DIR]
// Pairs run one after the other on the same server, so that the ratio stands although times vary.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const { values } = parseArgs({
  options: {
    bytes: { type: 'string', default: '2000000000' },
    rate: { type: 'string', default: '' },
    pairs: { type: 'string', default: '3' },
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
    const child = spawnSync(process.execPath, [join(built, 'download-pull.js'), url, folder], {
      encoding: 'utf8',
    });
    const report = JSON.parse(child.stdout);
    if (!report.ok) throw new Error(child.stdout);
    return report;
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

const rows: Record<string, Taken>[] = [];
try {
  for (let pair = 0; pair < Number(values.pairs); pair += 1) {
    const row: Record<string, Taken> = {};
    for (const [name, run] of Object.entries(tools)) {
      const folder = mkdtempSync(join(values.folder, 'sd-bench-'));
      try {
        row[name] = run(folder);
      } catch (error) {
        console.error(`${name}: ${(error as Error).message}`);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    }
    rows.push(row);
    const ours = row.steadydancer?.ms ?? Number.NaN;
    const others = [row.curl?.ms, row.aria2c?.ms].filter((ms) => ms !== undefined);
    console.log(
      Object.entries(row)
        .map(([name, { ms }]) => `${name} ${(ms / 1000).toFixed(2)} s`)
        .join('  '),
      ` ratio to the faster ${(Math.min(...others) / ours).toFixed(2)}`,
      ` RSS ${((row.steadydancer?.maxRssBytes ?? 0) / 1e6).toFixed(0)} MB`,
    );
  }
} finally {
  server.kill();
  rmSync(built, { recursive: true, force: true });
}
