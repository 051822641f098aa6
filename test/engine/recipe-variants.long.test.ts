import { afterAll, beforeAll, expect, it } from 'vitest';
import { engineBuilder } from '../../src/build/engine-builder.ts';
import { baseImage } from '../world/base-image.ts';
import { CUDA_DEVEL_IMAGE, cudaDevelImage } from '../world/recipe/openmmlab.ts';
import { MODEL_BYTES, tinyHub, tinyModels } from '../world/recipe/tiny-models.ts';
import { RecipeWorld } from '../world/recipe/world.ts';
import { build, logText, testDocker } from './build-folder.ts';
import { describeWithEngine } from './engine.ts';
import { passesSmoke, type RecipeRun } from './recipe-run.ts';

const docker = testDocker();
const base = process.env.STEADYDANCER_NO_ENGINE
  ? { reason: 'no engine' }
  : await baseImage(docker).catch((error: Error) => ({ reason: error.message }));
const tags: string[] = [];
let world: RecipeWorld;

/** Builds it from the unchanged Dockerfile, runs it to a passed test, and gives its manifest. */
async function tested(args: Record<string, string>, run: Partial<RecipeRun> = {}) {
  const tag = `sd-recipe-long-${process.pid}:${tags.length}`;
  tags.push(tag);
  const { contextDir } = world;
  const built = await build(engineBuilder(docker), {
    contextDir,
    tag,
    args: { ...world.args, ...args },
  });
  expect(built.thrown, logText(built.events).slice(-30).join('\n')).toBeNull();
  let manifest: Record<string, unknown> = {};
  await passesSmoke({
    docker,
    tag,
    world,
    ...run,
    async inside(command) {
      manifest = JSON.parse(await command(['cat', '/opt/steadydancer/manifest.json']));
      await run.inside?.(command);
    },
  });
  return { tag, manifest };
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
    for (const tag of [...tags, CUDA_DEVEL_IMAGE]) {
      await docker
        .getImage(tag)
        .remove({ force: true })
        .catch(() => undefined);
    }
  });

  it('takes xformers where flash-attn is left out', async () => {
    const { manifest } = await tested({ ENABLE_FLASH_ATTN: 'false' });
    expect(manifest.attention).toBe('xformers');
    expect(manifest.packages).toMatchObject({ xformers: '0.0.32.post2', torch: '2.8.0' });
    expect(manifest.packages).not.toHaveProperty('flash-attn');
  }, 600_000);

  it.each(['sageattention', 'sdpa'])('runs with %s', async (attention) => {
    const { manifest } = await tested({ ATTENTION: attention });
    expect(manifest.attention).toBe(attention);
    expect(manifest.packages).not.toHaveProperty('xformers');
  });

  it('runs the stack before', async () => {
    const { manifest } = await tested(world.older);
    expect(manifest).toMatchObject({
      torch: '2.5.1',
      attention: 'flash-attn',
      packages: { torchvision: '0.20.1', triton: '3.1.0', 'flash-attn': '2.7.4.post1' },
      recordedHashes: { torch: [] },
    });
  });

  it("runs a stack of PyTorch's own index, and records the hashes that it was given", async () => {
    const { manifest } = await tested({
      ...world.older,
      LOCK_DIR: 'python/world-unlocked',
      CUDA_VERSION: '12.1',
      TORCH_INDEX: 'https://download.pytorch.org/whl/cu121',
      TORCH_MIRROR: world.torchMirror,
      ATTENTION: 'sdpa',
    });
    expect(manifest.torch).toBe('2.5.1+cu121');
    const { torch } = manifest.recordedHashes as { torch: string[] };
    expect(torch.join('\n')).toMatch(/^torch==2\.5\.1\+cu121 \\\n +--hash=sha256:[0-9a-f]{64}/m);
  });

  it('has OpenMMLab where it is asked for, with operators that were compiled here', async () => {
    await cudaDevelImage(docker);
    const args = { ENABLE_OPENMMLAB: 'true', CUDA_DEVEL_IMAGE };
    const { manifest } = await tested(args, {
      async inside(run) {
        expect(await run(['python', '-c', 'import mmcv._ext as e; print(e.__file__)'])).toMatch(
          /mmcv\/_ext\.so/,
        );
        // The toolchain of CUDA stays in the stage that compiled.
        await expect(run(['test', '-e', '/usr/local/cuda'])).rejects.toThrow();
      },
    });
    expect(manifest.packages).toMatchObject({ mmcv: '2.1.0', mmdet: '3.3.0', mmpose: '1.3.2' });
  });

  it('runs with GGUF weights from a folder', async () => {
    const choices = { variant: 'gguf-q4_k_m', textEncoder: 'fp8' } as const;
    const { manifest } = await tested(
      { STEADYDANCER_VARIANT: choices.variant, STEADYDANCER_TEXT_ENCODER: choices.textEncoder },
      { choices },
    );
    expect(manifest).toMatchObject({ baked: false, ...choices });
  });

  it('adds a node pack of a person', async () => {
    const { repository, commit } = world.extra;
    const { manifest } = await tested({ EXTRA_NODES: `${repository}@${commit}` });
    expect(manifest.commits).toContainEqual({ folder: 'ComfyUI-Own', commit, repository });
    expect(manifest.unlocked).toEqual(['color-matcher==0.6.0']);
  });

  it('bakes the models of one variant from where it is told, and keeps no token', async () => {
    tinyModels(world.contextDir);
    const hub = await tinyHub();
    const host = new URL(world.args.PIP_MIRROR ?? '').hostname;
    const choices = { variant: 'gguf-q4_k_m', textEncoder: 'fp8' } as const;
    try {
      const { tag, manifest } = await tested(
        {
          BAKE_STEADYDANCER: 'true',
          STEADYDANCER_VARIANT: choices.variant,
          STEADYDANCER_TEXT_ENCODER: choices.textEncoder,
          HUB_MIRROR: `http://${host}:${hub.port}`,
        },
        {
          baked: true,
          choices,
          async inside(run) {
            const models = await run(['find', '/opt/ComfyUI/models', '-size', '+1k', '-type', 'f']);
            const weights = models.split('\n').filter((path) => path.includes('diffusion'));
            expect(weights).toEqual([expect.stringMatching(/Q4_K_M\w*\.gguf$/)]);
            const [first = ''] = models.split('\n');
            expect(await run(['stat', '-c', '%s', first])).toBe(`${MODEL_BYTES.length}\n`);
          },
        },
      );
      expect(manifest).toMatchObject({ baked: true, ...choices });
      const history = JSON.stringify(await docker.getImage(tag).history());
      expect(history).not.toMatch(/token/i);
    } finally {
      await hub.close();
    }
  });

  it('is plain ComfyUI where SteadyDancer is left out', async () => {
    const tag = `sd-recipe-long-${process.pid}:plain`;
    tags.push(tag);
    const args = { ...world.args, ENABLE_STEADYDANCER: 'false' };
    const { contextDir } = world;
    const built = await build(engineBuilder(docker), { contextDir, tag, args });
    expect(built.thrown).toBeNull();
    const { Env } = (await docker.getImage(tag).inspect()).Config;
    expect(Env).toContain('ENABLE_STEADYDANCER=false');
    expect(logText(built.events).join('\n')).toContain('nodes: 3 classes are known.');
  });
});
