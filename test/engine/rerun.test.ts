// An unchanged profile with its 30 GB of models, which are sparse files here: nothing may read them.
import { mkdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import { labels } from '../../src/contract/ids.ts';
import type { RunContext } from '../../src/pipeline/context.ts';
import { dependencies } from '../../src/pipeline/phases/dependencies.ts';
import { image } from '../../src/pipeline/phases/image.ts';
import { models } from '../../src/pipeline/phases/models.ts';
import { reconcile } from '../../src/pipeline/reconcile.ts';
import { modelFile, neededModels } from '../../src/recipe/models.ts';
import { planModels } from '../../src/recipe/plan-models.ts';
import { describeWithEngine } from './engine.ts';
import { testDocker, tinyImage } from './images.ts';
import { stageWorld } from './long-build-stage.ts';

const never = new AbortController().signal;
const planDigest = 'rerun-test';

const deciding = { variant: 'fp8', textEncoder: 'bf16', attention: 'sdpa', pose: 'onnx' } as const;
const wanted = neededModels(deciding);

/** The tiny image under the name that a plan gives its image. */
async function tagAs(ref: string, id: string): Promise<void> {
  const [repo = '', tag = ''] = ref.split(':');
  await testDocker().getImage(id).tag({ repo, tag });
}

/** Bytes that this process asked to read so far (proc(5), rchar). */
function bytesRead(): number {
  return Number(/rchar: (\d+)/.exec(readFileSync('/proc/self/io', 'utf8'))?.[1]);
}

describeWithEngine('a rerun of an unchanged profile', () => {
  let ready: string;
  beforeAll(async () => {
    const built = await tinyImage(testDocker(), '', {
      [labels.plan]: planDigest,
      [labels.attention]: 'sdpa',
    });
    ready = built.id;
  });

  /** A world in which an earlier run has fetched all and pinned it. */
  const world = async () => {
    const made = await stageWorld('FROM scratch\n', { variant: 'fp8' });
    onTestFinished(made.remove);
    const { ctx, dir } = made;
    ctx.request.noCache = false;
    const { choices, plan } = ctx.planned;
    choices.modelsDir = join(dir, 'models');
    const files: Record<string, object> = {};
    for (const model of wanted) {
      const path = join(choices.modelsDir, modelFile(model));
      const bytes = model.bytes ?? model.estimatedBytes;
      // Where the manifest has no hash, the one that was seen when it was fetched counts.
      const sha256 = model.sha256 ?? 'a'.repeat(64);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, '');
      truncateSync(path, bytes);
      const { mtimeMs } = statSync(path);
      files[modelFile(model)] = { url: null, commit: null, bytes, sha256, mtimeMs };
    }
    writeFileSync(join(choices.modelsDir, 'models.lock.json'), JSON.stringify({ v: 1, files }));
    const present = wanted.map(({ id }) => ({ id, path: '', bytes: 0 }));
    Object.assign(plan, planModels({ ...deciding, placement: 'folder' }, present, undefined), {
      planDigest,
    });
    Object.assign(ctx.planned, { needsGpu: false, steps: [{ phase: 'models' }] });
    Object.assign(ctx, { machine: { host: { home: dir } } });
    return made;
  };
  const phases = [dependencies, models, image].map((phase) => ({ ...phase, after: [] }));
  const rerun = (ctx: RunContext) => reconcile(phases, ctx, {}, never);

  it('builds nothing, fetches nothing and reads none of its 30 GB', async () => {
    const { ctx, events } = await world();
    const { ref } = ctx.planned.plan.image;
    await tagAs(ref, ready);
    const total = wanted.reduce((sum, model) => sum + (model.bytes ?? model.estimatedBytes), 0);
    expect(total).toBeGreaterThan(25e9);
    const [before, began] = [bytesRead(), performance.now()];
    const done = await rerun(ctx);
    const ms = performance.now() - began;
    expect(done.failure).toBeNull();
    expect(done.phases.map(({ id, satisfied }) => `${id} ${satisfied}`)).toEqual([
      ...['dependencies true', 'models true', 'image true'],
    ]);
    expect(bytesRead() - before).toBeLessThan(20e6);
    expect(ms).toBeLessThan(5_000);
    expect(events.filter(({ type }) => type === 'build.vertex')).toEqual([]);
    expect(events.filter((e) => e.type === 'model' && e.state === 'downloading')).toEqual([]);
    // What it was built with, where that is not what was asked for, is known again.
    expect(ctx.facts.built.attention).toBe('sdpa');
  });

  it('an image of another plan under that name is none', async () => {
    const { ctx } = await world();
    ctx.planned.plan.planDigest = 'another';
    const { ref } = ctx.planned.plan.image;
    await tagAs(ref, ready);
    expect(await image.satisfied(ctx, never)).toBe(false);
    expect(await dependencies.satisfied(ctx, never)).toBe(false);
  });

  it('dependencies that were built before a run was stopped are there, also for --from image', async () => {
    const { ctx } = await world();
    const [repo, tag] = ctx.planned.plan.image.ref.split(':');
    await tagAs(`${repo}:${tag}-dependencies`, ready);
    onTestFinished(async () => {
      await testDocker().getImage(`${repo}:${tag}-dependencies`).remove();
    });
    await testDocker()
      .getImage(ctx.planned.plan.image.ref)
      .remove()
      .catch(() => {});
    expect(await image.satisfied(ctx, never)).toBe(false);
    expect(await dependencies.satisfied(ctx, never)).toBe(true);
    ctx.request.noCache = true;
    expect(await dependencies.satisfied(ctx, never)).toBe(false);
  });
});
