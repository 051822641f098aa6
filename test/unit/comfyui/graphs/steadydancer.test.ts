import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Graph } from '../../../../src/comfyui/graph.ts';
import { wholeFrames } from '../../../../src/comfyui/graphs/frames.ts';
import { rehearsalDanceGraph } from '../../../../src/comfyui/graphs/rehearsal.ts';
import { poseGraph, steadydancerGraph } from '../../../../src/comfyui/graphs/steadydancer.ts';
import type { DanceGraphInput } from '../../../../src/comfyui/graphs/types.ts';
import { attentions, variants } from '../../../../src/contract/choices.ts';
import { nodeClasses } from '../../../../src/rehearsal/node-classes.ts';
import { recordedClasses } from '../../../world/recipe/node-inputs.ts';
import { refusedBy } from './refused-by.ts';

const workflow = (name: string): Graph =>
  JSON.parse(
    readFileSync(new URL(`../../../../docker/workflows/${name}`, import.meta.url), 'utf8'),
  );
/** Without what only people read. */
const plain = (graph: Graph) =>
  Object.fromEntries(
    Object.entries(graph).map(([id, { class_type, inputs }]) => [id, { class_type, inputs }]),
  );

const smoke: DanceGraphInput = {
  ...{ photo: 'sd_ref.png', clip: 'sd_pose.mp4', width: 256, height: 448, frames: 17 },
  models: {
    names: {
      weights: 'WanVideo/SteadyDancer/Wan21_SteadyDancer_fp8_e4m3fn_scaled_KJ.safetensors',
      textEncoder: 'umt5-xxl-enc-bf16.safetensors',
      vae: 'Wan2_1_VAE_bf16.safetensors',
      clipVision: 'clip_vision_h.safetensors',
      lora: 'WanVideo/Lightx2v/lightx2v_I2V_14B_480p_cfg_step_distill_rank64_bf16.safetensors',
    },
    ...{ variant: 'fp8', attention: 'sdpa', blockSwap: 35 },
  },
  ...{ pose: 'drawn', detectors: null, prompt: 'a person dancing, full body, plain background' },
  ...{ steps: 4, seed: 42, readRate: 0, sound: false, filePrefix: 'steadydancer_smoke' },
};
const detectors = { vitpose: 'onnx/vitpose_h_wholebody_model.onnx', yolo: 'onnx/yolov10m.onnx' };

describe('the graph of SteadyDancer', () => {
  it('is the shipped test graph when it is built for the test', () => {
    expect(plain(steadydancerGraph(smoke))).toEqual(plain(workflow('steadydancer-smoke.api.json')));
  });

  it('has the classes of the shipped dance, and the same values where both have a node', () => {
    const shipped = Object.values(workflow('steadydancer-dance.api.json'));
    const built = Object.values(
      steadydancerGraph({ ...smoke, pose: 'one-to-all', detectors, frames: 97, readRate: 16 }),
    );
    const classes = (nodes: typeof built) => new Set(nodes.map((node) => node.class_type));
    expect(classes(built)).toEqual(classes(shipped));
    for (const name of ['WanVideoSampler', 'WanVideoContextOptions', 'WanVideoModelLoader']) {
      const values = (nodes: typeof built) =>
        Object.entries(nodes.find((node) => node.class_type === name)?.inputs ?? {}).filter(
          ([, value]) => !Array.isArray(value),
        );
      expect(values(built).sort()).toEqual(values(shipped).sort());
    }
  });

  const anyInput = fc.record({
    width: fc.integer({ min: 4, max: 80 }).map((n) => n * 16),
    height: fc.integer({ min: 4, max: 80 }).map((n) => n * 16),
    frames: fc.integer({ min: 1, max: 1200 }).map(wholeFrames),
    pose: fc.constantFrom('drawn', 'one-to-all', 'vitpose'),
    sound: fc.boolean(),
    seed: fc.integer({ min: 0 }),
    models: fc.record({
      names: fc.constant(smoke.models.names),
      variant: fc.constantFrom(...variants),
      attention: fc.constantFrom(...attentions),
      blockSwap: fc.integer({ min: 0, max: 40 }),
    }),
  });

  it('holds against the recorded node inputs, whatever is chosen', () => {
    fc.assert(
      fc.property(anyInput, (chosen) => {
        const graph = steadydancerGraph({ ...smoke, ...chosen, detectors } as DanceGraphInput);
        expect(refusedBy(graph)).toEqual([]);
        const poses = poseGraph({ ...smoke, ...chosen, detectors } as DanceGraphInput);
        if (poses) expect(refusedBy(poses)).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it('walks into none of the eleven traps', () => {
    fc.assert(
      fc.property(anyInput, (chosen) => {
        const graph = steadydancerGraph({ ...smoke, ...chosen, detectors } as DanceGraphInput);
        const of = (name: string) =>
          Object.values(graph).find((node) => node.class_type === name)?.inputs ?? {};
        const { cfg, rope_function: rope } = of('WanVideoSampler');
        const join = of('WanVideoAddSteadyDancerEmbeds');
        expect([cfg, 'pose_latents_negative' in join]).toEqual([1, false]); // 1
        const swap = chosen.models.blockSwap === 0 ? 0 : 7;
        expect(Object.keys(of('WanVideoBlockSwap'))).toHaveLength(swap); // 2
        expect(of('WanVideoVAELoader').precision).toBe('bf16'); // 3
        expect(rope).toBe('comfy'); // 4
        expect(of('WanVideoLoraSelect').merge_loras).toBe(false); // 5
        const sizes = ['ImageScale', 'WanVideoImageToVideoEncode'].map(of);
        for (const { width, height } of sizes) {
          expect([width, height]).toEqual([chosen.width, chosen.height]); // 6
        }
        const clip = of('VHS_LoadVideo');
        expect([clip.custom_width, clip.custom_height]).toEqual([chosen.width, chosen.height]);
        expect(of('WanVideoImageToVideoEncode').num_frames).toEqual(['3', 1]); // 7
        expect([clip.format, ((clip.frame_load_cap as number) - 1) % 4]).toEqual(['Wan', 0]);
        expect(of('WanVideoTextEncodeCached').use_disk_cache).toBe(false); // 8
        expect(`${of('LoadImage').image}${clip.video}`).not.toContain('/'); // 9
        // 10, a link to nothing, and 11, the class is asked for: refusedBy and serverModels.
        expect(of('WanVideoModelLoader').quantization).toBe('disabled');
        const rates = [of('VHS_VideoCombine').frame_rate, 16];
        expect(rates[0]).toBe(rates[1]);
        expect('context_options' in of('WanVideoSampler')).toBe(chosen.frames > 81);
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    [{ width: 250 }],
    [{ height: 452 }],
    [{ frames: 16 }],
    [{ pose: 'one-to-all' as const }],
  ])('%j is no graph', (wrong) => {
    expect(() => steadydancerGraph({ ...smoke, ...wrong })).toThrow(TypeError);
  });

  it('has no poses to look for in a clip of a skeleton', () => {
    expect(poseGraph(smoke)).toBeNull();
  });
});

describe('the rehearsal', () => {
  it('loads its clip with the inputs of the real pack', () => {
    const own = nodeClasses([]).VHS_LoadVideo;
    const real = recordedClasses().get('VHS_LoadVideo');
    expect(Object.keys(own?.input.required ?? {})).toEqual(Object.keys(real?.required ?? {}));
    for (const [name, [, limits]] of Object.entries(own?.input.required ?? {})) {
      const { min, default: value } = real?.required[name] ?? {};
      if (name !== 'video') expect(limits).toMatchObject({ min, default: value });
    }
    expect(own?.output).toHaveLength(real?.returns.length ?? 0);
  });

  it('has photo, clip, sampler and film at the ids of the real graph', () => {
    const real = steadydancerGraph(smoke);
    const { photo, clip, width, height, frames, seed } = smoke;
    const graph = rehearsalDanceGraph({
      ...{ photo, clip, width, height, frames, seed, readRate: 16, filePrefix: 'x' },
    });
    for (const id of ['1', '3']) expect(graph[id]?.class_type).toBe(real[id]?.class_type);
    for (const id of Object.keys(graph)) expect(real).toHaveProperty([id]);
  });
});
