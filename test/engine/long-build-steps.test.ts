import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import type { EventBody } from '../../src/contract/events.ts';
import { Failure } from '../../src/contract/failure.ts';
import type { RunContext } from '../../src/pipeline/context.ts';
import { type BuildStage, buildStage } from '../../src/pipeline/phases/build-stage.ts';
import { describeWithEngine } from './engine.ts';
import { nodeImage, testDocker } from './images.ts';
import { stageWorld } from './long-build-stage.ts';

const never = new AbortController().signal;
const run = (script: string) => `RUN ["/node", "-e", ${JSON.stringify(script)}]\n`;

async function failureOf(
  ctx: RunContext,
  limits: Partial<BuildStage> = {},
): Promise<Failure | null> {
  const { ref } = ctx.planned.plan.image;
  try {
    await buildStage(ctx, { tag: ref, ...limits }, never);
    return null;
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
}

function of<T extends EventBody['type']>(events: EventBody[], type: T) {
  return events.filter((event): event is Extract<EventBody, { type: T }> => event.type === type);
}

describeWithEngine('steps of a build', () => {
  let base: string;
  beforeAll(async () => {
    base = (await nodeImage(testDocker())).ref;
  });
  const world = async (...given: Parameters<typeof stageWorld>) => {
    const made = await stageWorld(...given);
    onTestFinished(made.remove);
    return made;
  };

  /** What the attention stage of docker/Dockerfile does, with back-ends that cannot be had. */
  const attention = (broken: Record<string, string>) => {
    const script = `const broken = ${JSON.stringify(broken)}; const said = broken[process.env.ATTENTION];
      if (said) { console.error(said); process.exit(1) } console.log('attention: ' + process.env.ATTENTION)`;
    return `FROM ${base} AS attention\nARG ATTENTION\nARG ENABLE_FLASH_ATTN\nENV ATTENTION=$ATTENTION\n${run(script.replace(/\n\s*/g, ' '))}FROM attention AS final\n`;
  };
  const abi = 'ImportError: flash_attn_2_cuda.so: undefined symbol: _ZN3c105ErrorC2E';
  const none = 'steadydancer: xformers 0.0.32.post2 could not be installed from PyPI.';
  const asked = { ATTENTION: 'flash-attn', ENABLE_FLASH_ATTN: 'true' };

  it('an attention back-end that does not go is replaced by the next, said, and built', async () => {
    const broken = { 'flash-attn': abi, xformers: none };
    const { ctx, events } = await world(attention(broken), { fallback: 'auto' }, asked);
    expect(await failureOf(ctx)).toBeNull();
    expect(of(events, 'fallback').map(({ from, to }) => `${from} > ${to}`)).toEqual([
      'flash-attn > xformers',
      'xformers > sdpa',
    ]);
    expect(of(events, 'fallback')[0]?.why).toContain('does not go with this torch');
    expect(ctx.facts.built).toMatchObject({ attention: 'sdpa' });
    expect(ctx.planned.plan.args.ATTENTION).toBe('flash-attn');
    expect(of(events, 'build.log').map(({ text }) => text)).toContain('attention: sdpa');
    const image = await testDocker().getImage(ctx.planned.plan.image.ref).inspect();
    expect(image.Config.Labels).toMatchObject({ 'io.steadydancer.attention': 'sdpa' });
  });

  it.each([
    ['never', { 'flash-attn': abi }, undefined],
    ['auto', { 'flash-attn': 'curl: (6) Could not resolve host: github.com' }, undefined],
    ['auto', { 'flash-attn': 'SyntaxError: somebody broke this script' }, undefined],
    ['ask', { 'flash-attn': abi }, () => 'stop'],
  ] as const)('stands under %s when %j says %j', async (fallback, broken, answer) => {
    const { ctx, events } = await world(attention(broken), { fallback }, asked, answer);
    expect((await failureOf(ctx))?.code).toBe('build-step-failed');
    expect(of(events, 'fallback')).toEqual([]);
    expect(ctx.facts.built).toEqual({});
  });

  it('asks a person, and does what the person says', async () => {
    const ids: string[] = [];
    const answer = (id: string) => {
      ids.push(id);
      return 'fallback';
    };
    const broken = { 'flash-attn': abi };
    const { ctx } = await world(attention(broken), { fallback: 'ask' }, asked, answer);
    expect(await failureOf(ctx)).toBeNull();
    expect(ids).toEqual(['fallback-xformers']);
    expect(ctx.facts.built).toMatchObject({ attention: 'xformers' });
  });

  it('a step that hangs is stopped, 17, and says which', async () => {
    const hang = `FROM ${base}\n${run("console.log('waiting'); setTimeout(() => {}, 120000)")}`;
    const { ctx } = await world(hang, {});
    // The machine that runs this test is never idle.
    const failure = await failureOf(ctx, { stallMs: 4_000, cpuMs: () => 0 });
    expect(failure?.code).toBe('build-stalled');
    expect(failure?.details.exitCode).toBe(17);
    expect(failure?.details.proof).toContain('setTimeout');
  });

  it('a token that a step prints is in no event, no failure and not in build.log', async () => {
    const token = 'looks-like-nothing-known-4711';
    vi.stubEnv('HF_TOKEN', token);
    onTestFinished(() => void vi.unstubAllEnvs());
    const [first, second] = [token.slice(0, 12), token.slice(12)];
    // In two writes, so that it comes in two messages.
    const script = `process.stderr.write('using ${first}'); setTimeout(() => { console.error('${second}'); console.error('GET https://cdn.example/f?X-Amz-Signature=abcdef0123'); process.exit(3) }, 1500)`;
    const { ctx, events, dir } = await world(`FROM ${base}\n${run(script)}`, {});
    const failure = await failureOf(ctx);
    expect(failure?.code).toBe('build-step-failed');
    // The Dockerfile's own line, which is the step's name, has it in two.
    const told = [
      JSON.stringify([failure?.details, events]),
      readFileSync(join(dir, 'build.log'), 'utf8'),
    ];
    for (const text of told) expect(text).not.toContain(token);
    const lines = of(events, 'build.log').map(({ text }) => text);
    expect(lines).toContain('using [redacted]');
    expect(told[1]).toContain('using [redacted]');
  });

  it('nothing that a step prints reaches the events but text and colour; build.log has it raw', async () => {
    const nasty = [
      '\x1b[2J\x1b[1;1Hgone',
      '\x1b]0;title\x07after the title',
      '\x1b]8;;https://x.invalid\x1b\\link\x1b]8;;\x1b\\',
      'bidi \u202egnp.exe\u202c end',
      'a\u200bb',
      '10%\r50%\r100%',
      '\x1b[31mred\x1b[0m',
      '\u009b31mC1',
    ];
    const script = `for (const line of ${JSON.stringify(nasty)}) console.log(line); console.log('x'.repeat(1024 * 1024))`;
    const { ctx, events, dir } = await world(`FROM ${base}\n${run(script)}`, {});
    expect(await failureOf(ctx)).toBeNull();
    const lines = of(events, 'build.log').map(({ text }) => text);
    const shown = lines.map((line) => line.slice(0, 80));
    for (const line of lines) {
      expect(line.replace(/\x1b\[[0-9;]*m/g, '')).not.toMatch(
        /[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e]/,
      );
      expect(line.length).toBeLessThan(5_000);
    }
    expect(shown).toEqual(expect.arrayContaining(['gone', 'after the title', 'link', '100%']));
    // The engine itself cuts what comes faster than 200 KiB a second, and says so in the log.
    expect(of(events, 'build.warning')[0]?.text).toContain('200KiB/s');
    const raw = readFileSync(join(dir, 'build.log'), 'utf8');
    expect(raw).toContain('\x1b]0;title\x07');
    expect(statSync(join(dir, 'build.log')).size).toBeGreaterThan(100_000);
  });
});
