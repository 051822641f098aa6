import { expect, test } from 'vitest';
import type { Choices } from '../../../src/contract/choices.ts';
import type { Machine } from '../../../src/machine/types.ts';
import { recipeByImage } from '../../../src/recipe/image-source.ts';
import { plan } from '../../../src/recipe/plan.ts';
import { gpu, input, machine } from './machines.ts';

type Ready = Extract<Machine['engine'], { state: 'ready' }>;

function commands(choices: Choices, engine: Partial<Ready> = {}, cwd?: string) {
  const here = machine({
    gpu: {
      state: 'ready',
      driver: '580.95.05',
      cuda: '13.0',
      gpus: [gpu('NVIDIA GeForce RTX 4090', 24, '8.9')],
    },
  });
  here.engine = { ...(here.engine as Ready), ...engine };
  return plan(input({ machine: here, choices, ...(cwd ? { cwd } : {}) })).plan.commands;
}

test('the build is by buildx; without it the rehearsal does without, and others say what they need', () => {
  const lines = (recipe: Choices['recipe'], engine: Partial<Ready>) =>
    commands(recipe ? { recipe } : {}, engine);
  expect(lines('rehearsal', {})[0]).toMatch(/^docker buildx build --load --tag /);
  expect(lines('rehearsal', { buildx: null })[0]).toMatch(/^DOCKER_BUILDKIT=0 docker build --tag /);
  const [says, build] = lines('steadydancer', { buildx: null });
  expect(says).toMatch(/^# By hand this needs docker's buildx plugin/);
  expect(build).toMatch(/^docker buildx build --load --tag .*--build-arg COMFYUI_COMMIT=/);
});

test('folders are whole paths, made before the container; the limit and the user are in it', () => {
  const [, mkdir, run] = commands({ recipe: 'rehearsal', outputDir: 'my out' }, {}, '/srv/x y');
  expect(mkdir).toBe("mkdir -p '/srv/x y/my out' /home/mia/steadydancer/input");
  expect(run).toMatch(/--user 1000:1000 .*--memory \d+ --memory-swap \d+ --cap-drop ALL/);
  expect(run).toContain("--mount 'type=bind,source=/srv/x y/my out,target=/output'");
  expect(run).toContain('--read-only');
});

test('one engine hands GPUs out by name, another by flag', () => {
  const run = (engine: Partial<Ready>) => commands({}, engine).at(-1);
  expect(run({ cdiDevices: ['nvidia.com/gpu=all'], runtimes: ['runc'] })).toContain(
    '--device nvidia.com/gpu=all',
  );
  expect(run({ runtimes: ['runc'] })).toContain('--gpus all');
  expect(run({})).toContain('--runtime nvidia');
});

test('models: into the folder by curl, into a volume by the image, not at all where they are baked', () => {
  const fetching = (placement: Choices['placement']) =>
    commands(placement ? { placement } : {}).filter((line) => /curl|download_models/.test(line));
  expect(fetching('folder').length).toBeGreaterThan(5);
  expect(fetching('folder')[0]).toContain('--output /home/mia/steadydancer/models/');
  expect(fetching('volume')).toEqual([
    expect.stringMatching(
      /^docker run --rm --user 0:0 --volume steadydancer-models:\/opt\/ComfyUI\/models --env STEADYDANCER_VARIANT=fp8 .*download_models\.sh \/opt\/ComfyUI\/models$/,
    ),
  ]);
  expect(fetching('baked')).toEqual([]);
});

test('an image is of the recipe that its label names, unless somebody chose one', () => {
  const seen = (recipe: 'rehearsal' | 'other' | null) => ({
    ...{ kind: 'named' as const, present: recipe !== null, recipe },
  });
  expect(recipeByImage({ image: 'a' }, seen('rehearsal'))).toMatchObject({ recipe: 'rehearsal' });
  expect(recipeByImage({ image: 'a' }, seen('other'))).toMatchObject({ recipe: 'custom' });
  expect(recipeByImage({ image: 'a' }, seen(null))).toEqual({ image: 'a' });
  const chosen = { image: 'a', recipe: 'steadydancer' } as const;
  expect(recipeByImage(chosen, seen('rehearsal'))).toEqual(chosen);
});
