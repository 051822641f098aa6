import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildxArgs, buildxBuilder } from '../../../src/build/buildx-builder.ts';
import { canRawjson, chooseBuilder } from '../../../src/build/choose-builder.ts';
import { readEngineStream } from '../../../src/build/engine-stream.ts';
import { Evidence } from '../../../src/build/evidence.ts';
import { buildFailureCodes, failureRules } from '../../../src/build/failure-rules.ts';
import type { BuildRequest } from '../../../src/build/types.ts';
import type { ReadyEngine } from '../../../src/machine/types.ts';
import type { Processes } from '../../../src/ports/processes.ts';
import { recording } from './recordings.ts';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sd-builders-'));
  await writeFile(join(dir, 'Dockerfile'), 'FROM scratch\n');
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const request = (): BuildRequest => ({
  contextDir: dir,
  dockerfile: join(dir, 'Dockerfile'),
  tag: 't:1',
  args: { A: '1' },
  labels: { l: 'v' },
});

/** A docker command that says what a recording says; the real one is in test/engine/build.test.ts. */
function recordedDocker(options: { name: string; exitCode: number; driver?: string; id?: string }) {
  const calls: string[][] = [];
  const processes: Processes = {
    run: async (_file, args) => {
      calls.push([...args]);
      const stdout = `Name:   x\nDriver: ${options.driver ?? 'docker'}\n`;
      return { exitCode: 0, stdout, stderr: '', timedOut: false };
    },
    start(_file, args) {
      calls.push([...args]);
      const stdout = new PassThrough();
      const stderr = new PassThrough();
      const ended = (async () => {
        const idFile = args[args.indexOf('--iidfile') + 1] ?? '';
        if (options.id) await writeFile(idFile, options.id);
        stderr.end(recording(options.name));
        await new Promise((resolve) => stderr.once('end', resolve));
        return { exitCode: options.exitCode, stdout: '', stderr: '', timedOut: false };
      })();
      return { stdout, stderr, ended };
    },
  };
  return { processes, calls };
}

describe('buildxBuilder', () => {
  const signal = new AbortController().signal;

  it('takes the id from its file', async () => {
    const { processes, calls } = recordedDocker({
      name: 'rawjson-ok-029',
      exitCode: 0,
      id: 'sha256:ab',
    });
    const seen: unknown[] = [];
    const built = await buildxBuilder({ processes }).build(request(), (e) => seen.push(e), signal);
    expect(built).toEqual({ id: 'sha256:ab' });
    expect(seen.length).toBeGreaterThan(20);
    expect(calls[1]).not.toContain('--load');
  });

  it('loads the image where the builder is not the engine itself', async () => {
    const found = recordedDocker({
      name: 'rawjson-ok-013',
      exitCode: 0,
      id: 'sha256:ab',
      driver: 'docker-container',
    });
    await buildxBuilder({ processes: found.processes }).build(request(), () => undefined, signal);
    expect(found.calls[1]).toContain('--load');
  });

  it('asks for the driver once, where a run has asked ahead', async () => {
    const found = recordedDocker({ name: 'rawjson-ok-013', exitCode: 0, id: 'sha256:ab' });
    const load = Promise.resolve(true);
    const builder = buildxBuilder({ processes: found.processes, load });
    await builder.build(request(), () => undefined, signal);
    expect(found.calls).toHaveLength(1);
    expect(found.calls[0]).toContain('--load');
  });

  it('believes the exit code, not the events', async () => {
    const { processes } = recordedDocker({ name: 'rawjson-ok-029', exitCode: 1, id: 'sha256:ab' });
    const building = buildxBuilder({ processes }).build(request(), () => undefined, signal);
    await expect(building).rejects.toMatchObject({ code: 'build-failed' });
  });

  it('passes everything on', () => {
    const all = { ...request(), target: 's', platform: 'linux/arm64', noCache: true, pull: true };
    const args = buildxArgs(all, { context: '/c', idFile: '/i', load: true });
    expect(args.join(' ')).toContain(
      '--load --build-arg A=1 --label l=v --target s --platform linux/arm64 --no-cache --pull /c',
    );
  });
});

describe('chooseBuilder', () => {
  const { processes } = recordedDocker({ name: 'rawjson-ok-029', exitCode: 0 });
  const engine = (buildx: string | null) =>
    ({ buildx, endpoint: { url: 'unix:///x', context: null, remote: false } }) as ReadyEngine;
  const choose = (buildx: string | null, forced?: 'buildx' | 'engine') =>
    chooseBuilder({
      engine: engine(buildx),
      processes,
      docker: {} as never,
      ...(forced ? { forced } : {}),
    });

  it.each([
    ['0.13.1+ds1', true],
    ['v0.29.1', true],
    ['0.12.0', true],
    ['1.0.0', true],
    ['0.11.2', false],
    ['0.9.1', false],
    ['', false],
  ])('%j speaks rawjson: %s', (version, can) => expect(canRawjson(version)).toBe(can));

  it('takes buildx where it can', () => {
    expect(choose('0.13.1').transport).toBe('buildx');
    expect(choose('0.11.0').transport).toBe('engine');
    expect(choose(null).transport).toBe('engine');
    expect(choose('0.13.1', 'engine').transport).toBe('engine');
    expect(() => choose(null, 'buildx')).toThrow(/0\.12 or later/);
  });
});

describe('readEngineStream', () => {
  const signal = new AbortController().signal;

  it('calls an answer that breaks off lost', async () => {
    const stream = new PassThrough();
    stream.write(recording('engine-api-v2-cachemount').subarray(0, 2_000));
    const reading = readEngineStream(
      stream,
      () => stream.destroy(Object.assign(new Error('aborted'), { code: 'ECONNRESET' })),
      signal,
    );
    expect(await reading).toMatchObject({ lost: true, imageId: null });
  });

  it('throws the reason when it is stopped, and destroys the stream', async () => {
    const stop = new AbortController();
    const stream = new PassThrough();
    stream.write(recording('engine-api-v2-ok'));
    const reason = new Error('enough');
    await expect(readEngineStream(stream, () => stop.abort(reason), stop.signal)).rejects.toBe(
      reason,
    );
    expect(stream.destroyed).toBe(true);
  });
});

describe('the failure rules', () => {
  const say = (message: string, step = '') => {
    const evidence = new Evidence();
    if (step) {
      const vertex = { digest: 'v', name: step, error: message };
      evidence.push({ type: 'status', status: { vertexes: [vertex] } });
    }
    return evidence.failure(message, { path: 'Dockerfile', text: '' });
  };

  it.each([
    [
      'disk-full-export',
      'failed to register layer: write /x: no space left on device',
      'exporting to image',
    ],
    [
      'disk-full-build',
      'failed to copy files: copy file range failed: no space left on device',
      '[2/3] COPY . .',
    ],
    [
      'registry-rate-limit',
      'toomanyrequests: You have reached your pull rate limit',
      '[internal] load metadata for docker.io/library/a:1',
    ],
    [
      'registry-auth',
      'pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed',
      '[internal] load metadata for docker.io/library/a:1',
    ],
    ['registry-auth', 'no active sessions', '[internal] load metadata for r.example/a:1'],
    [
      'base-image-missing',
      'docker.io/library/debian:nope: not found',
      '[internal] load metadata for docker.io/library/debian:nope',
    ],
    ['base-image-missing', 'manifest for r.example/a:9 not found: manifest unknown', ''],
    ['base-image-platform', 'no match for platform in manifest: not found', '[1/2] RUN x'],
    [
      'build-context-file-missing',
      'failed to compute cache key: failed to calculate checksum of ref abc: "/x.txt": not found',
      '[2/2] COPY x.txt /',
    ],
    [
      'build-out-of-memory',
      'process "/bin/sh -c make" did not complete successfully: exit code: 137',
      '[2/2] RUN make',
    ],
    [
      'build-step-failed',
      'process "/bin/sh -c make" did not complete successfully: exit code: 2',
      '[2/2] RUN make',
    ],
    ['dockerfile-syntax', 'dockerfile parse error on line 7: unknown instruction: FORM', ''],
    ['dockerfile-syntax', 'target stage "nope" could not be found', ''],
    ['build-engine-lost', 'error reading from server: EOF', ''],
    [
      'build-engine-lost',
      'error during connect: dial tcp 127.0.0.1:2375: connect: connection refused',
      '',
    ],
    ['build-failed', 'something new', ''],
  ])('%s: %s', (code, message, step) => {
    const failure = say(message, step);
    expect(failure.code).toBe(code);
    expect(failure.details.sentence).not.toMatch(/failed to|unable to|please|successfully/);
  });

  it('do not take a step that fails on the network for a registry', () => {
    const text = 'process "/bin/sh -c curl x" did not complete successfully: exit code: 6';
    expect(say(`${text}`, '[2/2] RUN curl x').code).toBe('build-step-failed');
  });

  it('have codes of the contract, all listed', () => {
    for (const rule of failureRules) expect(buildFailureCodes).toContain(rule.code);
    for (const code of buildFailureCodes) expect(code).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
  });
});
