// The attention stage is tried on the GPU before anything is built on it. The docker command and the
// engine are fakes: what a real GPU answers is recorded (test/fixtures/gpu-proof/), and the container
// with the GPU, `docker buildx` and its events are tried for real elsewhere.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { EventBody } from '../../../src/contract/events.ts';
import type { RunContext } from '../../../src/pipeline/context.ts';
import { dependencies } from '../../../src/pipeline/phases/dependencies.ts';
import { systemClock } from '../../../src/ports/clock.ts';
import type { Processes } from '../../../src/ports/processes.ts';
import { linuxHost } from '../machine/fakes.ts';

const proofs = join(import.meta.dirname, '../../fixtures/gpu-proof');
const good = readFileSync(join(proofs, 'sdpa.txt'), 'utf8').split('\n')[0] ?? '';
const said = (built: string, more: object) =>
  JSON.stringify({ ...JSON.parse(good), built, ...more }).replace('{"v":1', '{"v": 1');
const proved = (attention: string) =>
  said(attention, { attention: { ran: attention, kernel: null, ms: 0.1, error: 0.003 } });
const refused = (attention: string, error: string) =>
  said(attention, { ok: false, step: 'attention', error });
const AMPERE = 'RuntimeError: FlashAttention only supports Ampere GPUs or newer.';

let dir = '';
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'sd-dependencies-'));
  await mkdir(join(dir, 'context'));
  await writeFile(join(dir, 'context', 'Dockerfile'), 'FROM scratch\n');
});
afterEach(() => rmSync(dir, { recursive: true }));

/** A docker command that builds whatever it is asked for; targets with their attention. */
function builds() {
  const made: string[] = [];
  const processes: Processes = {
    run: async () => ({ exitCode: 0, stdout: 'Driver: docker\n', stderr: '', timedOut: false }),
    start(_file, args) {
      const after = (flag: string) => args[args.indexOf(flag) + 1] ?? '';
      const attention = args.find((arg) => arg.startsWith('ATTENTION='))?.slice(10);
      made.push(`${after('--target')} ${attention}`);
      const [stdout, stderr] = [new PassThrough(), new PassThrough()];
      const ended = writeFile(after('--iidfile'), `sha256:${made.length}`).then(() => {
        stderr.end();
        return { exitCode: 0, stdout: '', stderr: '', timedOut: false };
      });
      return { stdout, stderr, ended };
    },
  };
  return { made, processes };
}

/** An engine whose containers say these things, one after the other. */
function engineSaying(answers: string[]) {
  const specs: Record<string, unknown>[] = [];
  let removed = 0;
  const docker = {
    createContainer: async (spec: Record<string, unknown>) => {
      specs.push(spec);
      const text = answers.shift() ?? '';
      const head = Buffer.alloc(8);
      head[0] = 1;
      head.writeUInt32BE(Buffer.byteLength(text), 4);
      return {
        start: async () => {},
        wait: async () => ({ StatusCode: text.includes('"ok":true') ? 0 : 1 }),
        logs: async () => Buffer.concat([head, Buffer.from(text)]),
        remove: async () => {
          removed += 1;
        },
      };
    },
  };
  return { docker, specs, removed: () => removed };
}

function run(answers: string[], { fallback = 'auto', gpus = 1 } = {}) {
  const { made, processes } = builds();
  const engine = engineSaying(answers);
  const events: EventBody[] = [];
  const gpu = { index: 0, name: 'Tesla T4', uuid: 'GPU-1', memoryTotalBytes: 16e9 };
  const idle = { signal: new AbortController().signal, end: async () => {} };
  const ctx = {
    ...{ runDir: dir, runsDir: dir, facts: { buildMs: 0, built: {} } },
    request: { runId: 'r1', profile: null, noCache: false, pull: false, answers: 'defaults' },
    ports: { clock: systemClock, processes, env: {} },
    machine: {
      host: linuxHost,
      gpu: gpus === 0 ? { state: 'none' } : { state: 'ready', gpus: [gpu] },
    },
    planned: {
      plan: { image: { ref: 'steadydancer:x' }, args: { ATTENTION: 'flash-attn' } },
      choices: { recipe: 'steadydancer', gpu: 'auto', fallback, timeoutMinutes: 60 },
      needsGpu: gpus > 0,
    },
    context: { dir: join(dir, 'context'), dockerfile: join(dir, 'context', 'Dockerfile') },
    disk: {
      guard: { begin: () => idle },
      shares: { begin: () => ({ see: () => {}, end: () => {} }) },
      ballast: { release: () => {} },
    },
    emit: (event: EventBody) => events.push(event),
  } as unknown as RunContext;
  ctx.facts.engine = {
    docker: engine.docker,
    facts: {
      ...{ buildx: '0.29.1', runtimes: ['nvidia'], cdiDevices: [], podman: null },
      ...{ securityOptions: [], rootless: false, endpoint: { url: 'unix:///x', context: null } },
    },
  } as never;
  const done = dependencies.run(ctx, new AbortController().signal);
  return { done, made, events, ...engine, ctx };
}

it('runs the proof of the stage in a container with the GPU and nothing else, then goes on', async () => {
  const { done, made, events, specs, removed } = run([proved('flash-attn')]);
  await done;
  expect(made).toEqual(['attention flash-attn', 'dependencies flash-attn']);
  expect(specs).toMatchObject([
    {
      ...{ Image: 'sha256:1', Entrypoint: ['python'], User: '1000:1000' },
      HostConfig: { Runtime: 'nvidia', NetworkMode: 'none', CapDrop: ['ALL'] },
      Labels: { 'io.steadydancer.role': 'gpu-proof', 'io.steadydancer.run': 'r1' },
    },
  ]);
  const command = specs[0]?.Cmd as string[];
  expect(command.slice(0, 2)).toEqual(['-P', '-c']);
  expect(command[2]).toContain('Proof on a GPU');
  expect(command.slice(3)).toEqual(['flash-attn', '--seconds', '120']);
  expect(removed()).toBe(1);
  expect(events).toContainEqual({
    ...{ type: 'note', level: 'info' },
    text: expect.stringMatching(/^torch 2\.11\.0\+cu130 computes on NVIDIA H100 80GB HBM3: a bf16/),
  });
});

it('a back-end without a kernel for the card is replaced, and the next one is tried as well', async () => {
  const xformers =
    'NotImplementedError: No operator found for `memory_efficient_attention_forward`';
  const { done, made, events, removed, ctx } = run([
    refused('flash-attn', AMPERE),
    refused('xformers', xformers),
    proved('sdpa'),
  ]);
  await done;
  expect(made).toEqual([
    ...['attention flash-attn', 'attention xformers', 'attention sdpa', 'dependencies sdpa'],
  ]);
  const fallbacks = events.filter(({ type }) => type === 'fallback');
  expect(fallbacks).toMatchObject([
    { from: 'flash-attn', to: 'xformers', why: 'flash-attn: it does not support this GPU' },
    { from: 'xformers', to: 'sdpa' },
  ]);
  expect(ctx.facts.built.attention).toBe('sdpa');
  expect(removed()).toBe(3);
});

it('is no matter for another back-end where the rule or the cause says so', async () => {
  const never = run([refused('flash-attn', AMPERE)], { fallback: 'never' });
  await expect(never.done).rejects.toMatchObject({
    code: 'attention-gpu-unsupported',
    details: { phase: 'dependencies' },
  });
  expect(never.made).toEqual(['attention flash-attn']);

  const full = run([refused('flash-attn', 'torch.OutOfMemoryError: CUDA out of memory.')]);
  await expect(full.done).rejects.toMatchObject({ code: 'gpu-busy' });
  expect(full.made).toEqual(['attention flash-attn']);
  expect(full.removed()).toBe(1);
});

it('without a GPU in the plan nothing is tried', async () => {
  const { done, made, specs } = run([], { gpus: 0 });
  await done;
  expect(made).toEqual(['dependencies flash-attn']);
  expect(specs).toEqual([]);
});
