import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Io } from '../../../src/commands/io.ts';
import { type SmokeCommandOptions, smoke } from '../../../src/commands/smoke.ts';
import { UsageError } from '../../../src/contract/failure.ts';
import { smokeReportSchema } from '../../../src/contract/smoke.ts';
import { type StandIn, startStandIn } from '../rehearsal/stand-in.ts';

let folder: string;
let server: StandIn | null = null;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sd-smoke-'));
});
afterEach(async () => {
  await server?.stop();
  server = null;
  await rm(folder, { recursive: true });
});

async function run(options: SmokeCommandOptions) {
  const out: string[] = [];
  const said: string[] = [];
  const io: Io = {
    ...{ env: {}, cwd: folder, home: folder, interactive: false },
    out: (line) => out.push(line),
    say: (line) => said.push(line),
  };
  return { exitCode: await smoke(options, io), out, said };
}

it('renders the rehearsal’s dance where its class is there: one document on stdout', async () => {
  server = await startStandIn();
  const { exitCode, out, said } = await run({ url: server.url, json: true });
  expect(exitCode).toBe(0);
  expect(out).toHaveLength(1);
  expect(said).toEqual([]);
  const document = smokeReportSchema.strict().parse(JSON.parse(out[0] ?? ''));
  expect(document.ok).toBe(true);
  expect(document.levels).toHaveLength(7);
  expect(document.outputs).toMatchObject([
    { mime: 'image/apng', path: expect.stringContaining(folder) },
  ]);
});

it('renders a plain picture on a ComfyUI without the rehearsal’s class, in words', async () => {
  server = await startStandIn('missing-node');
  const { exitCode, out, said } = await run({ url: server.url });
  expect(exitCode).toBe(0);
  expect(out).toEqual([join(folder, 'smoke', 'steadydancer_smoke_00001_.png')]);
  expect(said.at(-1)).toMatch(/^ok {3}file: .* 1 frame of 64x48\. It is not black\.$/);
});

it('exits 15 with the levels when nothing answers', async () => {
  server = await startStandIn();
  const { url } = server;
  await server.stop();
  server = null;
  const { exitCode, out } = await run({ url, json: true });
  expect(exitCode).toBe(15);
  const document = smokeReportSchema.parse(JSON.parse(out[0] ?? ''));
  expect(document.levels.map(({ status }) => status)).toEqual(['fail', ...Array(6).fill('skip')]);
  expect(document.levels[0]?.code).toBe('comfyui-unreachable');
});

it('exits 17 when the whole test is over its time, with a document', async () => {
  server = await startStandIn('hang-in-render');
  const { exitCode, out, said } = await run({ url: server.url, timeout: '0.5', json: true });
  expect(exitCode).toBe(17);
  expect(smokeReportSchema.parse(JSON.parse(out[0] ?? '')).ok).toBe(false);
  expect(said).toEqual(['The smoke test was not done in 0.5 s.']);
});

it.each<[SmokeCommandOptions, string]>([
  [{}, 'needs --url'],
  [{ url: 'ftp://x' }, 'not spoken'],
  [{ url: 'x:1', timeout: 'soon' }, '--timeout takes seconds'],
  [{ url: 'x:1', workflow: 'absent.json' }, 'cannot be read'],
  [{ url: 'x:1', workflow: 'pipe' }, 'it is a pipe'],
  [{ url: 'x:1', workflow: 'editor.json' }, "the editor's format"],
])('%j is a wrong use', async (options, words) => {
  await writeFile(join(folder, 'editor.json'), '{"nodes":[],"links":[]}');
  // Nobody writes to it: whoever opens it waits for ever.
  if (options.workflow === 'pipe') execFileSync('mkfifo', [join(folder, 'pipe')]);
  const wrong = run(options);
  await expect(wrong).rejects.toThrow(UsageError);
  await expect(wrong).rejects.toThrow(words);
});
