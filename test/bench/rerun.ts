// The rerun of an unchanged profile (the rehearsal, which stands) against `docker compose up -d` of
// the same container and a poll until it answers, in turn, on one engine:
//   DOCKER_HOST=… node test/bench/rerun.ts [ROUNDS]
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unpackFromSuite } from '../engine/debian-package.ts';
import { median, pairedRatio, report } from './rows.ts';

const main = join(import.meta.dirname, '../../dist/main.js');
const rounds = Number(process.argv[2] ?? 7);
const home = mkdtempSync(join(tmpdir(), 'sd-rerun-'));
const env = { ...process.env, HOME: home, STEADYDANCER_HOME: join(home, 'own') };
const what = 'rerun of an unchanged profile';
const COMPOSE_PORT = 18_188;

const program = composeProgram();
try {
  const first = run();
  if (!first.ok) throw new Error(first.summary);
  writeFileSync(
    join(home, 'compose.yaml'),
    `services:\n  comfyui:\n    image: ${first.image.ref}\n    ports: ["127.0.0.1:${COMPOSE_PORT}:8188"]\n`,
  );
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    ours.push(took(run));
    if (program) theirs.push(await compose(program));
  }
  const row = { what, unit: 'ms', ours: median(ours) };
  report([
    theirs.length > 0
      ? {
          ...row,
          peer: { name: 'compose up and a poll', value: median(theirs) },
          ratio: pairedRatio(ours, theirs),
        }
      : { ...row, missing: 'docker-compose of trixie' },
  ]);
} finally {
  if (program) spawnSync(program, ['--file', join(home, 'compose.yaml'), 'down'], { env });
  spawnSync(process.execPath, [main, 'stop'], { env });
  rmSync(home, { recursive: true, force: true });
}

function run() {
  const args = [main, 'run', '--profile', 'rehearsal', '--yes', '--json'];
  const { stdout } = spawnSync(process.execPath, args, { env, encoding: 'utf8' });
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}');
}

function took(work: () => void): number {
  const began = performance.now();
  work();
  return performance.now() - began;
}

/** Up, unchanged, and answering: what a person with a compose file does. */
async function compose(file: string): Promise<number> {
  const began = performance.now();
  const up = spawnSync(file, ['--file', join(home, 'compose.yaml'), 'up', '-d'], { env });
  if (up.status !== 0) throw new Error(String(up.stderr));
  for (;;) {
    const answer = await fetch(`http://127.0.0.1:${COMPOSE_PORT}/system_stats`).catch(() => null);
    if (answer?.ok) return performance.now() - began;
    await new Promise((again) => setTimeout(again, 20));
  }
}

function composeProgram(): string | null {
  const unpacked = unpackFromSuite('docker-compose', 'trixie');
  if ('reason' in unpacked) return null;
  const paths = ['usr/libexec/docker/cli-plugins/docker-compose', 'usr/bin/docker-compose'];
  return paths.map((path) => join(unpacked.dir, path)).find((path) => existsSync(path)) ?? null;
}
