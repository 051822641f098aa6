// Wall time of one build by a run against `docker buildx build --progress=plain >/dev/null`, on one
// engine, in one process, interleaved, each from a cold cache:
//   DOCKER_HOST=… node test/bench/build.ts [--rounds 5] [--main dist/main.js] [--builders buildx]
// The engine's build cache is pruned before each build: give it an engine of its own. A build is a
// context of 60 MB, two stages side by side that compute and print 18,000 lines, and an export.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { randomFillSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type Event, eventSchema } from '../../src/contract/events.ts';
import { buildxPlugin } from '../engine/buildx-plugin.ts';
import { nodeImage, testDocker } from '../engine/images.ts';
import { median, pairedRatio, report } from './rows.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    main: { type: 'string', default: 'dist/main.js' },
    builders: { type: 'string', default: 'buildx,engine' },
  },
});
const plugin = buildxPlugin('trixie');
if ('reason' in plugin) throw new Error(plugin.reason);
const home = mkdtempSync(join(tmpdir(), 'sd-bench-build-'));
const env = {
  ...process.env,
  HOME: home,
  STEADYDANCER_HOME: join(home, 'own'),
  DOCKER_CONFIG: plugin.config,
};
const context = await makeContext();

/** Milliseconds of each way, by round. */
const builders = (['buildx', 'engine'] as const).filter((name) => values.builders.includes(name));
const took: Record<string, number[]> = { plain: [] };
const add = (name: string, ms: number) => {
  took[name] = [...(took[name] ?? []), ms];
};
for (let round = 0; round < Number(values.rounds); round += 1) {
  add('plain', await plain());
  for (const builder of builders) {
    const { phaseMs, wallMs } = await byRun(builder);
    add(builder, phaseMs);
    add(`whole run, ${builder}`, wallMs);
  }
  const last = Object.entries(took).map(([name, list]) => `${name} ${list.at(-1)?.toFixed(0)} ms`);
  console.error(`round ${round + 1}: ${last.join(', ')}`);
}
report(
  builders.map((name) => ({
    what: `build by a run, ${name}`,
    unit: 'ms',
    ours: median(took[name] ?? []),
    peer: { name: `docker buildx build (${plugin.version})`, value: median(took.plain ?? []) },
    ratio: pairedRatio(took[name] ?? [], took.plain ?? []),
    ...(name === 'buildx' ? { limit: { atMost: 1.03 } } : {}),
  })),
);
rmSync(home, { recursive: true, force: true });

async function plain(): Promise<number> {
  forget();
  const nothing = openSync('/dev/null', 'w');
  const args = ['buildx', 'build', '--progress=plain', '--tag', 'sd-bench-plain', context];
  const began = performance.now();
  const child = spawn('docker', args, { env, stdio: ['ignore', nothing, nothing] });
  const code = await new Promise((done) => child.once('close', done));
  if (code !== 0) throw new Error(`docker buildx build ended with ${code}`);
  return performance.now() - began;
}

/** `phaseMs` is from the first byte of the build to the image's id. */
async function byRun(builder: 'buildx' | 'engine'): Promise<{ phaseMs: number; wallMs: number }> {
  forget();
  const choices = ['recipe=custom', `context=${context}`].flatMap((set) => ['--set', set]);
  const args = ['run', '--json', '--yes', '--until', 'image', '--builder', builder, ...choices];
  const began = performance.now();
  const ended = spawnSync(process.execPath, [resolve(values.main), ...args], {
    env,
    encoding: 'utf8',
    maxBuffer: 1e9,
  });
  const wallMs = performance.now() - began;
  const events = ended.stdout
    .trim()
    .split('\n')
    .map((line) => eventSchema.parse(JSON.parse(line)) as Event);
  const result = events.at(-1);
  if (result?.type !== 'result' || !result.ok) throw new Error(ended.stdout.slice(-2_000));
  return { phaseMs: result.phases.find(({ id }) => id === 'image')?.ms ?? 0, wallMs };
}

/** A cold cache: neither records nor the images that were made of them. */
function forget(): void {
  const images = execFileSync(
    'docker',
    ['images', '-q', '--filter', 'label=io.steadydancer.plan'],
    {
      env,
      encoding: 'utf8',
    },
  );
  const ours = [...new Set(images.split('\n').filter((id) => id !== ''))];
  spawnSync('docker', ['rmi', '-f', 'sd-bench-plain', ...ours], { env });
  execFileSync('docker', ['builder', 'prune', '-af'], { env });
}

async function makeContext(): Promise<string> {
  const base = await nodeImage(testDocker());
  const dir = join(home, 'context');
  mkdirSync(dir);
  writeFileSync(join(dir, 'data'), randomFillSync(Buffer.alloc(60e6)));
  // As long as its own clock says, not as long as a busy machine takes: what is added to it shows.
  const work = (name: string) => `
    const { createHash } = require('crypto'); const fs = require('fs');
    const data = fs.readFileSync('/data'); const began = Date.now(); let line = 0; let at = 0;
    const timer = setInterval(() => {
      const due = Math.min(12000, Date.now() - began);
      for (; line < due; line++) console.log('[${name} ' + line + '] compiling csrc/kernel_' + line + '.cu');
      createHash('sha256').update(data.subarray(at, at += 50000)).digest();
      if (Date.now() - began < 6000) return;
      clearInterval(timer);
      fs.writeFileSync('/made-${name}', data.subarray(0, 30e6));
    }, 20);`;
  const run = (name: string) =>
    `RUN ["/node", "-e", ${JSON.stringify(work(name).replace(/\n\s*/g, ' '))}]\n`;
  writeFileSync(
    join(dir, 'Dockerfile'),
    [
      `FROM ${base.ref} AS start\nCOPY data /data\n`,
      `FROM start AS one\n${run('one')}${run('more')}`,
      `FROM start AS two\n${run('two')}`,
      'FROM start\nCOPY --from=one /made-one /made-more /\nCOPY --from=two /made-two /\n',
    ].join(''),
  );
  return dir;
}
