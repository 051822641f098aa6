// The models phase and what follows from it, for the one file of models.json whose hash the hub tells.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { MODELS_VOLUME } from '../../src/launch/recipe-mounts.ts';
import type { RunContext } from '../../src/pipeline/context.ts';
import { extraModels } from '../../src/pipeline/phases/extra-models.ts';
import { image } from '../../src/pipeline/phases/image.ts';
import { models } from '../../src/pipeline/phases/models.ts';
import { presentHere } from '../../src/pipeline/present-here.ts';
import { models as allModels, modelFile } from '../../src/recipe/models.ts';
import { hubFile } from '../world/hub/hub.ts';
import { hubWith } from '../world/hub/pulling.ts';
import { bytesOf } from '../world/hub/random.ts';
import { describeWithEngine } from './engine.ts';
import { nodeImage, testDocker } from './images.ts';
import { stageWorld } from './long-build-stage.ts';

const never = new AbortController().signal;
const model = allModels().find(({ id }) => id === 'steadydancer-fp8');
if (!model || model.sha256 !== null)
  throw new Error('the test needs a model without a pinned hash');
const file = hubFile(model.repo, model.path, safetensors());

/** The smallest file of that format: a header of one tensor, and the tensor. */
function safetensors(): Buffer {
  const data = bytesOf(61, 500_000);
  const header = JSON.stringify({
    w: { dtype: 'U8', shape: [data.length], data_offsets: [0, data.length] },
  });
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, Buffer.from(header), data]);
}

/** A step that fetches the model from where the build is told to, as an image that bakes does. */
const STEP = `const { createHash } = require('node:crypto'); fetch(process.env.HUB_MIRROR + '/${model.repo}/resolve/main/${model.path}').then((answer) => answer.arrayBuffer()).then((bytes) => { const found = createHash('sha256').update(Buffer.from(bytes)).digest('hex'); if (found !== '${file.sha256}') process.exit(1); })`;

async function worldWith(placement: 'folder' | 'volume' | 'baked', hubUrl: string) {
  const { ref } = await nodeImage(testDocker());
  const dockerfile = `FROM ${ref}\nARG HUB_MIRROR\nRUN ["/node", "-e", ${JSON.stringify(STEP)}]\n`;
  const made = await stageWorld(dockerfile, { placement });
  onTestFinished(made.remove);
  const { ctx, dir } = made;
  const { choices, plan } = ctx.planned;
  choices.modelsDir = join(dir, 'models');
  mkdirSync(choices.modelsDir);
  Object.assign(ctx, {
    machine: { host: { home: dir, uid: process.getuid?.(), gid: process.getgid?.() } },
    runsDir: join(dir, 'runs'),
  });
  ctx.request.runId = `phase-${process.pid}-${placement}`;
  ctx.ports.env = { HOME: dir, HF_ENDPOINT: hubUrl, DOCKER_HOST: process.env.DOCKER_HOST };
  const launch = { phase: 'launch', after: ['image', 'models'] };
  Object.assign(ctx.planned, { needsGpu: false, steps: [{ phase: 'models', after: [] }, launch] });
  const planned = { ...model, id: model?.id, file: model ? modelFile(model) : '', present: false };
  Object.assign(plan, { models: [planned] });
  return made;
}

const present = (ctx: RunContext) =>
  presentHere({
    choices: { ...ctx.planned.choices, recipe: 'steadydancer' },
    modelsDir: ctx.planned.choices.modelsDir,
    stateDir: join(ctx.runsDir, '..'),
    reuseFrom: [],
    docker: testDocker(),
    signal: never,
  });

describeWithEngine('the models phase', () => {
  it('fills the volume, and the next plan and run find it there', async (context) => {
    const docker = testDocker();
    const theirs = await docker
      .getVolume(MODELS_VOLUME)
      .inspect()
      .catch(() => null);
    if (theirs) context.skip('a person keeps models in the volume of this engine');
    onTestFinished(async () => {
      await docker
        .getVolume(MODELS_VOLUME)
        .remove({ force: true })
        .catch(() => undefined);
    });
    const hub = await hubWith({ files: [file] });
    const { ctx, events } = await worldWith('volume', hub.url);
    expect(await models.satisfied(ctx, never)).toBe(false);
    expect(await present(ctx)).toEqual([]);
    await models.run(ctx, never);
    expect(events.filter((event) => event.type === 'model').at(-1)).toMatchObject({
      state: 'done',
      bytes: file.size,
    });
    expect(await present(ctx)).toMatchObject([{ id: model.id, place: 'volume', bytes: file.size }]);
    for (const one of ctx.planned.plan.models) one.present = true;
    expect(await models.satisfied(ctx, never)).toBe(true);
    await docker.getVolume(MODELS_VOLUME).remove();
    expect(await present(ctx)).toEqual([]);
  });

  it('leaves what is to be baked in the folder, and the image gets it from there', async () => {
    const hub = await hubWith({ files: [file] });
    const { ctx } = await worldWith('baked', hub.url);
    await models.run(ctx, never);
    const sent = hub.sentBytes();
    expect(await extraModels(ctx)).toEqual([]);
    await image.run(ctx, never);
    expect(ctx.facts.image?.id).toMatch(/^sha256:/);
    // No second download: the build had the verified file.
    expect(hub.sentBytes()).toBe(sent);
  });

  it('names a model that was taken away before it could be baked', async () => {
    const hub = await hubWith({ files: [file] });
    const { ctx } = await worldWith('baked', hub.url);
    await expect(image.run(ctx, never)).rejects.toMatchObject({ code: 'models-not-there' });
  });
});
