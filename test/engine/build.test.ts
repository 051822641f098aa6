import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { afterAll, expect, it, onTestFinished } from 'vitest';
import { buildxBuilder } from '../../src/build/buildx-builder.ts';
import { engineBuilder } from '../../src/build/engine-builder.ts';
import type { Builder, SolveEvent } from '../../src/build/types.ts';
import { exitCodes } from '../../src/contract/exit-codes.ts';
import { systemProcesses } from '../../src/ports/processes.ts';
import {
  build,
  buildxEnv,
  busybox,
  contextWith,
  logText,
  stepModel,
  testDocker,
} from './build-folder.ts';
import { describeWithEngine } from './engine.ts';

const tool = process.env.STEADYDANCER_NO_ENGINE ? { reason: 'no engine' } : busybox();
const folders: string[] = [];
const tags: string[] = [];
const prefix = `sd-build-test-${process.pid}`;
let count = 0;

function given(dockerfile: string): { contextDir: string; tag: string } {
  count += 1;
  const contextDir = contextWith(dockerfile, 'file' in tool ? tool.file : undefined);
  const tag = `${prefix}:${count}`;
  folders.push(contextDir);
  tags.push(tag);
  return { contextDir, tag };
}

afterAll(async () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  for (const tag of tags) {
    await testDocker()
      .getImage(tag)
      .remove({ force: true })
      .catch(() => undefined);
  }
});

const BASE = `FROM scratch AS base
COPY bin /bin
SHELL ["/bin/busybox", "sh", "-c"]
`;
const good = (salt: string) => `${BASE}ARG WHO=nobody
RUN echo "hello $WHO ${salt}"; echo warning >&2
COPY . /app
RUN /bin/busybox ls /app; printf 'a 10%%\\ra 100%%\\nlast'
`;
const failing = `${BASE}RUN echo one
RUN echo two; echo 'it broke' >&2; exit 3
RUN echo never
`;

const transports: { name: string; builder: () => Builder | { reason: string } }[] = [
  { name: 'engine', builder: () => engineBuilder(testDocker()) },
  ...(['trixie', 'sid'] as const).map((suite) => ({
    name: `buildx of ${suite}`,
    builder: () => {
      const found = buildxEnv(suite);
      return 'reason' in found
        ? found
        : buildxBuilder({ processes: systemProcesses, env: found.env });
    },
  })),
];
const models = new Map<string, Record<string, string>[]>();
const remember = (key: string, model: Record<string, string>) =>
  models.set(key, [...(models.get(key) ?? []), model]);

for (const { name, builder: make } of transports) {
  const made = process.env.STEADYDANCER_NO_ENGINE ? { reason: 'no engine' } : make();
  const reason = 'reason' in tool ? tool.reason : 'reason' in made ? made.reason : null;
  if (reason !== null) {
    describeWithEngine(`build by ${name}`, () => {
      it.skip(`skipped: ${reason}`, () => undefined);
    });
    continue;
  }
  const builder = made as Builder;

  describeWithEngine(`build by ${name}`, () => {
    it('builds an image with its args and labels, and shows its output', async () => {
      const request = {
        ...given(good('x')),
        args: { WHO: 'ann' },
        labels: { 'io.steadydancer.run': 'r1' },
        noCache: true,
      };
      const built = await build(builder, request);
      expect(built.thrown).toBeNull();
      const image = await testDocker().getImage(request.tag).inspect();
      expect(built.id).toBe(image.Id);
      expect(image.Config.Labels).toEqual({ 'io.steadydancer.run': 'r1' });
      const text = logText(built.events);
      expect(text).toEqual(
        expect.arrayContaining(['hello ann x', 'warning', 'a.txt', 'a 100%', 'last']),
      );
      expect(text).not.toContain('secret.txt');
      expect(text.join('\n')).not.toContain('a 10%');
      remember('good', stepModel(built.events));

      const again = await build(builder, { ...request, noCache: false });
      expect(again.id).toBe(built.id);
      const cached = again.events.filter((event) => event.type === 'build.vertex' && event.cached);
      expect(cached.length).toBeGreaterThanOrEqual(3);
    });

    it('names the step that failed, its exit code, its last words and its line', async () => {
      const built = await build(builder, given(failing));
      expect(built.failure?.code).toBe('build-step-failed');
      expect(built.failure?.details.sentence).toMatch(/RUN echo two.* exit code 3\.$/);
      expect(built.failure?.details.proof).toContain('it broke');
      expect(built.failure?.details.cause).toMatch(/^Line 5 of .*Dockerfile\.$/);
      remember('failing', stepModel(built.events));
    });

    it('names the line of a syntax error', async () => {
      const built = await build(builder, given(`${BASE}RNU echo\n`));
      expect(built.failure?.code).toBe('dockerfile-syntax');
      expect(built.failure?.details.sentence).toContain('line 4');
    });

    it('names a base image that cannot be had', async () => {
      // Nothing listens on this port of the loopback: no network is needed to be refused.
      const built = await build(builder, given('FROM 127.0.0.1:9/sd/none:1\n'));
      expect(built.failure?.code).toBe('registry-unreachable');
      expect(built.failure?.details.sentence).toContain('127.0.0.1:9/sd/none:1');
    });

    it('says a full disk, whatever the step', async () => {
      const text = "echo 'write /x: no space left on device' >&2; exit 1";
      const built = await build(builder, given(`${BASE}RUN ${text}\n`));
      expect(built.failure?.code).toBe('disk-full-build');
      expect(built.failure?.details.exitCode).toBe(exitCodes.disk);
    });

    it('names a file that is not in the context', async () => {
      const built = await build(builder, given(`${BASE}COPY nothing.txt /\n`));
      expect(built.failure?.code).toBe('build-context-file-missing');
      expect(built.failure?.details.sentence).toContain('nothing.txt');
    });

    it('stops the step when it is cancelled', async () => {
      // A number of its own: what another transport left would be taken for this one's.
      const seconds = `98${transports.findIndex((one) => one.name === name)}${process.pid}`;
      const stop = new AbortController();
      const reason = new Error('stopped by the test');
      const request = given(`${BASE}RUN echo started; exec /bin/busybox sleep ${seconds}\n`);
      let said = '';
      const onEvent = (event: SolveEvent) => {
        for (const log of event.type === 'status' ? (event.status.logs ?? []) : [])
          said += log.data;
      };
      const asked = { ...request, noCache: true };
      const building = build(builder, asked, { signal: stop.signal, onEvent });
      // Where the engine runs on this machine the sleep is one of its processes. BuildKit of 20.10 can
      // leave one behind that it stops at its very start: what it then holds of the bridge is in the
      // way of every engine after it.
      onTestFinished(() => end(`sleep\0${seconds}\0`));
      await expect.poll(() => processOf(`sleep\0${seconds}\0`), { timeout: 60_000 }).not.toBeNull();
      await expect.poll(() => said, { timeout: 60_000 }).toContain('started');
      stop.abort(reason);
      const built = await building;
      expect(built.thrown).toBe(reason);
      const canceled = built.events.filter(
        (event) => event.type === 'build.vertex' && event.state === 'canceled',
      );
      expect(canceled).toHaveLength(1);
      await expect.poll(() => processOf(`sleep\0${seconds}\0`), { timeout: 60_000 }).toBeNull();
    });
  });
}

describeWithEngine('the transports', () => {
  it('give the same steps for the same Dockerfile', ({ skip }) => {
    for (const [key, found] of models) {
      if (found.length < 2) skip(`only one transport ran for ${key}`);
      for (const model of found) expect(model, key).toEqual(found[0]);
    }
    expect(models.size).toBeGreaterThan(0);
  });
});

function processOf(words: string): number | null {
  const ids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const id = ids.find((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').endsWith(words);
    } catch {
      return false;
    }
  });
  return id === undefined ? null : Number(id);
}

/** Only a process of this test: the words hold its own number. */
function end(words: string): void {
  const id = processOf(words);
  if (id !== null) process.kill(id, 'SIGKILL');
}
