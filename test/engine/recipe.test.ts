import { afterAll, beforeAll, expect, it } from 'vitest';
import { engineBuilder } from '../../src/build/engine-builder.ts';
import { baseImage } from '../world/base-image.ts';
import { RecipeWorld } from '../world/recipe/world.ts';
import { type Built, build, logText, testDocker } from './build-folder.ts';
import { describeWithEngine } from './engine.ts';
import { passesSmoke } from './recipe-run.ts';

const docker = testDocker();
const base = process.env.STEADYDANCER_NO_ENGINE
  ? { reason: 'no engine' }
  : await baseImage(docker).catch((error: Error) => ({ reason: error.message }));
const tags: string[] = [];
let world: RecipeWorld;

async function buildIn(
  { contextDir, args }: RecipeWorld,
  more: { args?: Record<string, string>; target?: string } = {},
): Promise<Built & { tag: string }> {
  const tag = `sd-recipe-test-${process.pid}:${tags.length}`;
  tags.push(tag);
  const all = { ...args, ...more.args };
  const target = more.target ? { target: more.target } : {};
  return {
    ...(await build(engineBuilder(docker), { contextDir, tag, args: all, ...target })),
    tag,
  };
}

/** The sentence that a step ended with. */
const sentence = (built: Built) =>
  logText(built.events).findLast((line) => line.startsWith('steadydancer: '));

async function failing(args: Record<string, string>, target: string) {
  const built = await buildIn(world, { args, target });
  expect(built.failure?.code).toBe('build-step-failed');
  const said = sentence(built);
  expect(built.failure?.details.proof).toContain(said);
  expect(`steadydancer: ${built.failure?.message}`).toBe(said);
  return said;
}

describeWithEngine('the real image, in a small world', () => {
  if ('reason' in base) {
    it.skip(`skipped: ${base.reason}`, () => undefined);
    return;
  }
  beforeAll(async () => {
    world = await RecipeWorld.make(docker);
    // Debian's packages come from a real mirror, in their own time.
    const system = await buildIn(world, { target: 'system' });
    expect(system.thrown, logText(system.events).slice(-30).join('\n')).toBeNull();
  }, 600_000);
  afterAll(async () => {
    await world?.close();
    for (const tag of tags) {
      await docker
        .getImage(tag)
        .remove({ force: true })
        .catch(() => undefined);
    }
  });

  it('is built, is cached, starts for a uid without a name and renders the test video', async () => {
    const dependencies = await buildIn(world, { target: 'dependencies' });
    expect(dependencies.thrown, logText(dependencies.events).slice(-30).join('\n')).toBeNull();
    const built = await buildIn(world);
    expect(built.thrown, logText(built.events).slice(-30).join('\n')).toBeNull();

    const again = await buildIn(world);
    expect(again.id).toBe(built.id);
    const ran = again.events.filter(
      (event) =>
        event.type === 'build.vertex' &&
        event.state === 'done' &&
        !event.cached &&
        /\] (RUN|COPY)/.test(event.name),
    );
    expect(ran).toEqual([]);

    const info = await docker.getImage(built.tag).inspect();
    expect(info.Config.Healthcheck?.Test).toContain('/opt/steadydancer/healthcheck.py');
    expect(info.Config.Labels).toHaveProperty(['org.opencontainers.image.title']);
    await passesSmoke({
      docker,
      tag: built.tag,
      world,
      async inside(run) {
        expect(await run(['cat', '/opt/steadydancer/manifest.json'])).toContain(
          world.args.WANVIDEOWRAPPER_COMMIT,
        );
        expect(await run(['ls', '-1', 'input', 'user/default/workflows'])).toMatch(
          /sd_pose\.mp4\nsd_ref\.png[\s\S]*steadydancer-dance\.json/,
        );
        await run(['python', '/opt/steadydancer/healthcheck.py']);
      },
    });
  });

  it('builds nothing below the models anew for another variant', async () => {
    const built = await buildIn(world, { args: { STEADYDANCER_VARIANT: 'fp16' } });
    expect(built.thrown).toBeNull();
    const ran = built.events.flatMap((event) =>
      event.type === 'build.vertex' && event.state === 'done' && !event.cached ? [event.name] : [],
    );
    const early = ran.filter((name) =>
      /\[(system|torch|attention|packages|comfyui|nodes|dep)\S* \d+\/\d+\] RUN/.test(name),
    );
    expect(early).toEqual([]);
    const env = (await docker.getImage(built.tag).inspect()).Config.Env;
    expect(env).toContain('STEADYDANCER_VARIANT=fp16');
  });

  it('ends with a sentence when a wheel is broken', async () => {
    expect(await failing({ LOCK_DIR: 'python/world-broken-torch' }, 'torch')).toBe(
      'steadydancer: torch is installed and does not import: libcudart.so.13: cannot open shared object file',
    );
  });

  it('ends with a sentence when a wheel is of another version', async () => {
    expect(await failing({ TORCH_VERSION: '2.7.1' }, 'torch')).toBe(
      'steadydancer: torch is 2.8.0+cu128, and 2.7.1 was asked for.',
    );
  });

  it('ends with a sentence when the flash-attn wheel is another file', async () => {
    expect(await failing({ FLASH_ATTN_SHA256: '0'.repeat(64) }, 'attention')).toMatch(
      /^steadydancer: flash-attn's wheel has sha256 [0-9a-f]{64}, and 0{64} was expected/,
    );
  });

  it('ends with a sentence when a package has another hash than its lock', async () => {
    expect(await failing({ LOCK_DIR: 'python/world-wrong-hash' }, 'packages')).toBe(
      'steadydancer: The packages of ComfyUI and the nodes could not be installed with the hashes of nodes.lock.',
    );
  });

  it('ends with a sentence when a node class is missing', async () => {
    const { className, commit } = world.withoutClass;
    expect(await failing({ WANVIDEOWRAPPER_COMMIT: commit }, 'nodes')).toBe(
      `steadydancer: ComfyUI-WanVideoWrapper has no node class ${className} at this commit.`,
    );
  });

  it('ends with a sentence when what a pack of a person asks for cannot be had', async () => {
    const { repository, commit } = world.unresolvable;
    expect(await failing({ EXTRA_NODES: `${repository}@${commit}` }, 'dependencies')).toBe(
      "steadydancer: What ComfyUI-Greedy asks for cannot be installed beside this torch; pip's reason stands above.",
    );
  });

  it('ends with a sentence when a commit is not there', async () => {
    const commit = 'f'.repeat(40);
    expect(await failing({ KJNODES_COMMIT: commit }, 'nodes')).toMatch(
      new RegExp(`ComfyUI-KJNodes does not give commit ${commit}\\.$`),
    );
  });
});
