import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { labels } from '../../src/contract/ids.ts';
import type { PinsFile } from '../../src/contract/update.ts';
import { asShipped } from '../../src/profiles/pins-store.ts';
import { baseImage } from '../world/base-image.ts';
import { type TinyHub, tinyHub, tinyModels } from '../world/recipe/tiny-models.ts';
import { RecipeWorld } from '../world/recipe/world.ts';
import { type WorldProgram, worldProgram } from '../world/recipe/world-program.ts';
import { testDocker } from './build-folder.ts';
import { describeWithEngine } from './engine.ts';
import { ofType, Program } from './program.ts';

const docker = testDocker();
const base = process.env.STEADYDANCER_NO_ENGINE
  ? { reason: 'no engine' }
  : await baseImage(docker).catch((error: Error) => ({ reason: error.message }));
/** Built here, for a GPU that no test machine has. */
const BUILD = [
  ...['--yes', '--until', 'image', '--set', 'gpu=A40', '--set', 'stack=torch28-cu128'],
  ...['--set', 'diskReserveBytes=0'],
];

describeWithEngine('the program builds the real image, in a small world', () => {
  if ('reason' in base) {
    it.skip(`skipped: ${base.reason}`, () => undefined);
    return;
  }
  let world: RecipeWorld;
  let hub: TinyHub;
  let own: WorldProgram;
  let program: Program;
  beforeAll(async () => {
    world = await RecipeWorld.make(docker);
    tinyModels(world.contextDir);
    hub = await tinyHub();
    own = await worldProgram(world, docker);
    program = new Program({}, [], { main: own.main, limitMs: 500_000 });
  });
  afterAll(async () => {
    await world?.close();
    await hub?.close();
    for (const image of await docker.listImages()) {
      if (!image.RepoTags?.some((tag) => tag.startsWith('steadydancer:'))) continue;
      if (image.Labels?.[labels.role] !== 'steadydancer') continue;
      await docker
        .getImage(image.Id)
        .remove({ force: true })
        .catch(() => undefined);
    }
    if (program) rmSync(program.home, { recursive: true, force: true });
  });
  afterEach(() => own.takeLocks('world'));

  const run = (...more: string[]) => program.run([...BUILD, ...own.sets, ...more]);

  it('builds it; the second time everything is satisfied or cached', async () => {
    const first = await run();
    expect(first.result, first.stderr).toMatchObject({ ok: true, exitCode: 0 });
    const again = await run();
    expect(again.result).toMatchObject({ ok: true, image: { id: first.result.image?.id } });
    const image = again.result.phases.find(({ id }) => id === 'image');
    expect(image).toMatchObject({ ok: true, satisfied: true });
    const worked = ofType(again.events, 'build.vertex').filter(
      ({ state, cached, name }) => state === 'done' && !cached && /\] (RUN|COPY)/.test(name),
    );
    expect(worked).toEqual([]);
  }, 600_000);

  it.each([
    [
      'world-broken-torch' as const,
      'torch is installed and does not import: libcudart.so.13: cannot open shared object file',
    ],
    [
      'world-wrong-hash' as const,
      'The packages of ComfyUI and the nodes could not be installed with the hashes of nodes.lock.',
    ],
  ])('%s: exit 12, and the diagnosis shows the sentence', async (locks, sentence) => {
    own.takeLocks(locks);
    const { result, stderr } = await run('--set', 'fallback=never');
    expect(result, stderr).toMatchObject({ ok: false, exitCode: 12, phase: 'dependencies' });
    const [diagnosis] = result.diagnoses;
    expect(diagnosis?.evidence.text).toContain(sentence);
    expect(result.summary).toBe(sentence);
  });

  it('a pack without its class: exit 12, by pins that were written by hand', async () => {
    const pins = join(program.home, 'own', 'profiles', 'pins');
    mkdirSync(pins, { recursive: true });
    const { className, commit } = world.withoutClass;
    const over = Object.fromEntries(
      Object.entries(world.repositories.commits).map(([name, of]) => [
        name.replace('_COMMIT', '').toLowerCase(),
        of,
      ]),
    );
    const file: PinsFile = {
      v: 1,
      current: {
        ...asShipped,
        pins: { stack: 'torch28-cu128', over, commits: { wanvideowrapper: commit } },
      },
      earlier: [],
    };
    const path = join(pins, 'steadydancer.json');
    writeFileSync(path, JSON.stringify(file));
    try {
      const { result, stderr } = await run();
      expect(result, stderr).toMatchObject({ ok: false, exitCode: 12, phase: 'dependencies' });
      const sentence = `ComfyUI-WanVideoWrapper has no node class ${className} at this commit.`;
      expect(result.diagnoses[0]?.evidence.text).toContain(sentence);
      expect(result.summary).toBe(sentence);
    } finally {
      rmSync(path);
    }
  });

  it('bakes models that it fetched once, and refuses one of another hash with 13', async () => {
    const baked = [
      ...['--set', 'placement=baked', '--set', 'variant=gguf-q4_k_m', '--set', 'textEncoder=fp8'],
      ...['--set', `mirrors.hub=http://127.0.0.1:${hub.port}`],
    ];
    hub.wrong = /vae/i;
    const broken = await run(...baked);
    expect(broken.result, broken.stderr).toMatchObject({ exitCode: 13, phase: 'models' });
    expect(broken.result.summary).toMatch(/Wan2_1_VAE_bf16\.safetensors/);
    hub.wrong = null;
    const { result, stderr } = await run(...baked);
    expect(result, stderr).toMatchObject({ ok: true, exitCode: 0 });
    const fetched = hub.asked.filter((line) => line.startsWith('GET') && /Q4_K_M/i.test(line));
    expect(new Set(fetched).size).toBe(1);
    const container = await docker.createContainer({
      Image: result.image?.id ?? '',
      Entrypoint: ['ls', '-R', '/opt/ComfyUI/models'],
      Tty: true,
    });
    try {
      const stream = await container.attach({ stream: true, stdout: true });
      await container.start();
      let listed = '';
      for await (const chunk of stream) listed += String(chunk);
      expect(listed).toMatch(/Q4_K_M\w*\.gguf/);
      expect(listed).toContain('Wan2_1_VAE_bf16.safetensors');
    } finally {
      await container.remove({ force: true });
    }
  });
});
