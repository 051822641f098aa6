import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { engineBuilder } from '../../src/build/engine-builder.ts';
import { baseImage } from '../world/base-image.ts';
import { RecipeWorld } from '../world/recipe/world.ts';
import { build, logText, testDocker } from './build-folder.ts';
import { describeWithEngine } from './engine.ts';

const docker = testDocker();
const base = process.env.STEADYDANCER_NO_ENGINE
  ? { reason: 'no engine' }
  : await baseImage(docker).catch((error: Error) => ({ reason: error.message }));
const tags: string[] = [];
let world: RecipeWorld;

/** Builds it and gives the manifest of the image. */
async function manifestOf(args: Record<string, string>) {
  const tag = `sd-recipe-long-${process.pid}:${tags.length}`;
  tags.push(tag);
  const { contextDir } = world;
  const built = await build(engineBuilder(docker), {
    contextDir,
    tag,
    args: { ...world.args, ...args },
  });
  expect(built.thrown, logText(built.events).slice(-30).join('\n')).toBeNull();
  return { tag, manifest: JSON.parse(await printed(tag, '/opt/steadydancer/manifest.json')) };
}

async function printed(tag: string, path: string): Promise<string> {
  const container = await docker.createContainer({
    Image: tag,
    Entrypoint: ['cat', path],
    Tty: true,
  });
  try {
    const stream = await container.attach({ stream: true, stdout: true, stderr: true });
    await container.start();
    let said = '';
    for await (const chunk of stream) said += chunk.toString();
    return said;
  } finally {
    await container.remove({ force: true });
  }
}

describeWithEngine('variants of the real image, in a small world', () => {
  if ('reason' in base) {
    it.skip(`skipped: ${base.reason}`, () => undefined);
    return;
  }
  beforeAll(async () => {
    world = await RecipeWorld.make(docker);
  });
  afterAll(async () => {
    await world?.close();
    for (const tag of tags) {
      await docker
        .getImage(tag)
        .remove({ force: true })
        .catch(() => undefined);
    }
  });

  it('takes xformers where flash-attn is left out', async () => {
    const { manifest } = await manifestOf({ ENABLE_FLASH_ATTN: 'false' });
    expect(manifest.attention).toBe('xformers');
    expect(manifest.packages).toMatchObject({ xformers: '0.0.32.post2', torch: '2.8.0' });
    expect(manifest.packages).not.toHaveProperty('flash-attn');
  }, 600_000);

  it.each(['sageattention', 'sdpa'])('builds with %s', async (attention) => {
    const { manifest } = await manifestOf({ ATTENTION: attention });
    expect(manifest.attention).toBe(attention);
    expect(manifest.packages).not.toHaveProperty('xformers');
  });

  it('adds a node pack of a person', async () => {
    const { repository, commit } = world.extra;
    const { manifest } = await manifestOf({ EXTRA_NODES: `${repository}@${commit}` });
    expect(manifest.commits).toContainEqual({ folder: 'ComfyUI-Own', commit, repository });
    expect(manifest.unlocked).toEqual(['color-matcher==0.6.0']);
  });

  it('is plain ComfyUI where SteadyDancer is left out', async () => {
    const { manifest } = await manifestOf({ ENABLE_STEADYDANCER: 'false' });
    expect(manifest.commits).toHaveLength(1);
  });

  it('bakes the models from where it is told, and keeps no token', async () => {
    const weights = Buffer.alloc(3_000, 'w');
    const sha256 = createHash('sha256').update(weights).digest('hex');
    const hub = createServer((_request, response) => response.end(weights));
    await new Promise<void>((resolve) => hub.listen(0, resolve));
    const host = new URL(world.args.PIP_MIRROR ?? '').hostname;
    const model = (role: string, file: string, variant: string) => ({
      ...{ id: file, role, repo: 'o/n', path: file, revision: 'main', file, folder: 'vae' },
      ...{ bytes: weights.length, sha256, neededBy: { variant: [variant] } },
    });
    const models = [
      model('weights', 'a.safetensors', 'gguf-q4_k_m'),
      model('text-encoder', 'b.safetensors', 'gguf-q4_k_m'),
      model('vae', 'c.safetensors', 'gguf-q4_k_m'),
      model('vae', 'd.safetensors', 'fp16'),
    ];
    writeFileSync(join(world.contextDir, 'models.json'), JSON.stringify({ models }));
    try {
      const { tag, manifest } = await manifestOf({
        BAKE_STEADYDANCER: 'true',
        STEADYDANCER_VARIANT: 'gguf-q4_k_m',
        HUB_MIRROR: `http://${host}:${(hub.address() as AddressInfo).port}`,
      });
      expect(manifest).toMatchObject({ baked: true, variant: 'gguf-q4_k_m' });
      expect(await printed(tag, '/opt/ComfyUI/models/vae/c.safetensors')).toHaveLength(3_000);
      await expect(printed(tag, '/opt/ComfyUI/models/vae/d.safetensors')).resolves.toContain(
        'No such',
      );
      const history = JSON.stringify(await docker.getImage(tag).history());
      expect(history).not.toMatch(/token/i);
    } finally {
      await new Promise((resolve) => hub.close(resolve));
    }
  });
});
