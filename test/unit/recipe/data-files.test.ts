import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { variants } from '../../../src/contract/choices.ts';
import {
  modelFile,
  models,
  modelsFileSchema,
  modelUrl,
  neededModels,
} from '../../../src/recipe/models.ts';
import { nodePackIds, nodes, nodesFileSchema } from '../../../src/recipe/nodes.ts';
import { defaultStack, stackById, stackSchema, stacks } from '../../../src/recipe/stacks.ts';

const json = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../../docker/${name}`, import.meta.url), 'utf8'));

describe('stacks.json', () => {
  test('has the four rows, each fact with its source', () => {
    expect(stacks().map(({ torch, cuda }) => [torch.version, cuda])).toEqual([
      ['2.8.0', '12.8'],
      ['2.5.1', '12.4'],
      ['2.5.1', '12.1'],
      ['2.9.1', '13.0'],
    ]);
    expect(defaultStack().id).toBe('torch28-cu128');
    for (const row of stacks()) expect(Object.keys(row.sources)).toHaveLength(12);
  });

  test('every row pins every node pack that is not optional', () => {
    for (const row of stacks())
      expect(Object.keys(row.nodes).sort()).toEqual([...nodePackIds].sort());
  });

  const row = () => structuredClone(json('stacks.json').stacks[0]);
  test.each<[string, (r: ReturnType<typeof row>) => void, RegExp]>([
    [
      'another torch',
      (r) => {
        r.torch.version = '2.7.1';
      },
      /flash-attn wheel/,
    ],
    [
      'another Python',
      (r) => {
        r.python = '3.12';
      },
      /cp312/,
    ],
    [
      'the other ABI',
      (r) => {
        r.flashAttention.abi = 'FALSE';
      },
      /abiFALSE/,
    ],
    [
      'another CUDA',
      (r) => {
        r.torch.index = 'https://download.pytorch.org/whl/cu121';
      },
      /index/,
    ],
    [
      'Blackwell on CUDA 12.4',
      (r) => {
        r.cuda = '12.4';
      },
      /Blackwell/,
    ],
    [
      'attention without torch',
      (r) => {
        r.capabilities = ['8.0'];
      },
      /torch without it/,
    ],
    [
      'a short commit',
      (r) => {
        r.comfyui.commit = '428c323';
      },
      /comfyui|pattern|match/,
    ],
    [
      'a fact without source',
      (r) => {
        delete r.sources.driver;
      },
      /driver/,
    ],
    [
      'a key of its own',
      (r) => {
        r.base = 'x';
      },
      /base/,
    ],
  ])('%s is found before a build', (_, change, message) => {
    const changed = row();
    change(changed);
    const result = stackSchema.safeParse(changed);
    expect(result.success).toBe(false);
    expect(JSON.stringify(result.error?.issues)).toMatch(message);
  });
});

describe('models.json', () => {
  test('every variant has one file of weights and one text encoder each', () => {
    for (const variant of variants) {
      for (const textEncoder of ['bf16', 'fp8'] as const) {
        const needed = neededModels({ variant, textEncoder, pose: 'onnx' });
        const roles = needed.map(({ role }) => role);
        expect(roles.filter((role) => role === 'weights')).toHaveLength(1);
        expect(roles.filter((role) => role === 'text-encoder')).toHaveLength(1);
        expect(needed).toHaveLength(8);
      }
    }
  });

  test("the smoke graph's names are the files' places", () => {
    const places = models().map(modelFile);
    for (const file of [
      'diffusion_models/WanVideo/SteadyDancer/Wan21_SteadyDancer_fp8_e4m3fn_scaled_KJ.safetensors',
      'vae/Wan2_1_VAE_bf16.safetensors',
      'clip_vision/clip_vision_h.safetensors',
      'text_encoders/umt5-xxl-enc-bf16.safetensors',
      'loras/WanVideo/Lightx2v/lightx2v_I2V_14B_480p_cfg_step_distill_rank64_bf16.safetensors',
    ]) {
      expect(places).toContain(file);
    }
  });

  test('none of the invented names of the original plan, no encoder that the loader refuses', () => {
    const text = JSON.stringify(json('models.json'));
    expect(text).not.toMatch(/SteadyDancer-14B-pruned|umt5_xxl_fp8_e4m3fn_scaled/);
    expect(models().every(({ gated }) => !gated)).toBe(true);
  });

  test('an address follows the hub', () => {
    const vae = models().find(({ id }) => id === 'wan21-vae');
    if (!vae) throw new Error('no vae');
    expect(modelUrl(vae, 'http://127.0.0.1:9/')).toBe(
      'http://127.0.0.1:9/Kijai/WanVideo_comfy/resolve/main/Wan2_1_VAE_bf16.safetensors',
    );
  });

  test('a file twice, a wrong size and an unknown field in `unverified` are refused', () => {
    const all = json('models.json');
    expect(modelsFileSchema.safeParse({ models: [...all.models, all.models[0]] }).success).toBe(
      false,
    );
    all.models[0].bytes = 1;
    expect(modelsFileSchema.safeParse(all).success).toBe(false);
  });
});

test('nodes.json names the 18 classes of the smoke graph, each once', () => {
  const smoke = nodes()
    .nodes.filter(({ id }) => id === 'wanvideowrapper' || id === 'videohelpersuite')
    .flatMap(({ classes }) => classes);
  expect([...smoke, ...nodes().coreClasses]).toHaveLength(18);
  const all = json('nodes.json');
  all.nodes[0].commit = 'a'.repeat(40);
  expect(nodesFileSchema.safeParse(all).success).toBe(false);
  expect(stackById('nope')).toBeNull();
});
