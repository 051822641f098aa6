import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { engineBuilder } from '../../src/build/engine-builder.ts';
import { update } from '../../src/commands/update.ts';
import type { Prove } from '../../src/commands/update-proof.ts';
import { exitCodes } from '../../src/contract/exit-codes.ts';
import { type UpdateReport, updateSchema } from '../../src/contract/update.ts';
import { baseImage } from '../world/base-image.ts';
import { fakeNvidiaSmi } from '../world/fake-nvidia-smi.ts';
import { RecipeWorld } from '../world/recipe/world.ts';
import { roomyPlan } from '../world/roomy-plan.ts';
import { build, logText, testDocker } from './build-folder.ts';
import { describeWithEngine } from './engine.ts';
import { passesSmoke } from './recipe-run.ts';

const docker = testDocker();
const base = process.env.STEADYDANCER_NO_ENGINE
  ? { reason: 'no engine' }
  : await baseImage(docker).catch((error: Error) => ({ reason: error.message }));

describeWithEngine('update, with real builds in a small world', () => {
  if ('reason' in base) {
    it.skip(`skipped: ${base.reason}`, () => undefined);
    return;
  }
  let world: RecipeWorld;
  const tags: string[] = [];
  beforeAll(async () => {
    world = await RecipeWorld.make(docker);
    const profiles = join(world.folder, 'own', 'profiles');
    mkdirSync(profiles, { recursive: true });
    const git = world.args.GIT_MIRROR?.replace(/\/\/[^:]+/, '//127.0.0.1');
    const choices = { recipe: 'steadydancer', mirrors: { git }, diskReserveBytes: 0 };
    writeFileSync(
      join(profiles, 'mine.json'),
      JSON.stringify({ schema: 1, name: 'mine', choices }),
    );
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

  /**
   * The candidate built from the unchanged Dockerfile and tested in its container, as a run does it;
   * the machine has no GPU, so the test is the one without.
   */
  const proveHere: Prove = async ({ pins }) => {
    const moved = Object.entries(pins.commits).map(([id, to]) => [
      `${id.toUpperCase()}_COMMIT`,
      to,
    ]);
    const tag = `sd-update-${process.pid}:${tags.length}`;
    tags.push(tag);
    const built = await build(engineBuilder(docker), {
      contextDir: world.contextDir,
      tag,
      args: { ...world.args, ...Object.fromEntries(moved) },
    });
    if (built.failure) {
      const said = logText(built.events).findLast((line) => line.startsWith('steadydancer: '));
      return { exitCode: exitCodes.build, summary: said ?? '', runId: 'r', image: null };
    }
    await passesSmoke({ docker, tag, world });
    return { exitCode: 0, summary: '', runId: 'r', image: { ref: tag, id: built.id ?? '' } };
  };

  async function call(options: object): Promise<{ exitCode: number; report: UpdateReport }> {
    const printed: string[] = [];
    const home = world.folder;
    const io = {
      env: {
        PATH: `${fakeNvidiaSmi(home)}:${process.env.PATH}`,
        HOME: home,
        STEADYDANCER_HOME: join(home, 'own'),
        DOCKER_HOST: process.env.DOCKER_HOST,
        HF_ENDPOINT: 'http://127.0.0.1:9',
      },
      cwd: home,
      home,
      interactive: false,
      out: (line: string) => void printed.push(line),
      say: () => undefined,
    };
    const all = { profile: 'mine', json: true, ...options };
    const exitCode = await update(all, io as unknown as Parameters<typeof update>[1], {
      prove: proveHere,
      plan: roomyPlan,
    });
    return { exitCode, report: updateSchema.parse(JSON.parse(printed.at(-1) ?? '')) };
  }
  const pinsFile = () => readFileSync(join(world.folder, 'own/profiles/pins/mine.json'), 'utf8');

  it('takes commits that work, keeps the last good ones when a class is gone, and goes back', async () => {
    const first = await call({ yes: true });
    expect(first).toMatchObject({ exitCode: 0, report: { did: 'updated', back: { pins: null } } });
    const good = first.report.current;
    expect(good.pins?.commits.comfyui).toBe(world.args.COMFYUI_COMMIT);

    const harmless = world.repositories.move('kjnodes', 'harmless');
    const second = await call({ yes: true });
    expect(second).toMatchObject({ exitCode: 0, report: { did: 'updated' } });
    expect(second.report.current.pins?.commits.kjnodes).toBe(harmless);
    expect(second.report.back?.image).toEqual(good.image);

    const kept = pinsFile();
    world.repositories.move('wanvideowrapper', 'without-class');
    const third = await call({ yes: true });
    expect(third).toMatchObject({ exitCode: exitCodes.build, report: { ok: false, did: 'kept' } });
    expect(third.report.summary).toMatch(
      /ComfyUI-WanVideoWrapper has no node class \w+ at this commit\.$/,
    );
    expect(pinsFile()).toBe(kept);

    const back = await call({ back: true });
    expect(back.report).toMatchObject({ did: 'went-back', current: { image: good.image } });
    // The last good image is still here, and still good.
    await passesSmoke({ docker, tag: good.image?.ref ?? '', world });
  }, 900_000);
});
