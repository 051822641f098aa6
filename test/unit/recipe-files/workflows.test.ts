import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { models } from '../../../src/recipe/models.ts';
import { nodes } from '../../../src/recipe/nodes.ts';
import { inputsOf, linkType, recordedClasses } from '../../world/recipe/node-inputs.ts';
import { graphFile, readGraph, uiFile, uiWorkflow } from '../../world/recipe/ui-workflow.ts';

const workflow = (name: string) =>
  readGraph(new URL(`../../../docker/workflows/${name}`, import.meta.url));
const classes = recordedClasses();
const graphs = ['steadydancer-smoke.api.json', 'steadydancer-dance.api.json'];
const dance = workflow('steadydancer-dance.api.json');

/** Everything in a graph that ComfyUI would refuse, by the recorded classes. */
function problems(graph: ReturnType<typeof workflow>): string[] {
  const found: string[] = [];
  for (const [id, node] of Object.entries(graph)) {
    const recorded = classes.get(node.class_type);
    const at = `${id} ${node.class_type}`;
    if (!recorded) {
      found.push(`${at}: not recorded`);
      continue;
    }
    const inputs = inputsOf(recorded);
    for (const [name, , required] of inputs) {
      if (required && !(name in node.inputs)) found.push(`${at}: ${name} is missing`);
    }
    for (const [name, value] of Object.entries(node.inputs)) {
      const input = inputs.find(([known]) => known === name)?.[1];
      if (!input) {
        // h264-mp4.json of the pack adds these to the node's own.
        const own = ['pix_fmt', 'crf', 'save_metadata', 'trim_to_audio'];
        if (node.class_type !== 'VHS_VideoCombine' || !own.includes(name)) {
          found.push(`${at}: no input ${name}`);
        }
      } else if (Array.isArray(value)) {
        const [from, slot] = value as [string, number];
        const type = classes.get(graph[from]?.class_type ?? '')?.returns[slot];
        const accepts = `${input.type} `.replace(/\//g, ' ');
        if (!type || !accepts.includes(linkType(type))) found.push(`${at}: ${name} gets ${type}`);
      } else if (Array.isArray(input.choices)) {
        // The formats of a folder are recorded in one entry: `video/<names …>: video/h264-mp4, …`.
        const fits = input.choices.some((choice) =>
          String(choice)
            .split(/[ ,:]+/)
            .includes(String(value)),
        );
        if (!fits && !input.choices.includes(value as string))
          found.push(`${at}: ${name} is not ${value}`);
      } else if (typeof value === 'number') {
        const { min = -Infinity, max = Infinity } = input;
        if (value < min || value > max) found.push(`${at}: ${name} ${value} is out of range`);
      }
    }
  }
  return found;
}

it.each(graphs)('%s asks only for what the recorded classes have', (name) => {
  expect(problems(workflow(name))).toEqual([]);
});

it('finds a wrong name, choice, range, type and a missing input', () => {
  const broken = structuredClone(dance);
  const change = (id: string, inputs: Record<string, unknown>) =>
    Object.assign(broken[id]?.inputs ?? {}, inputs);
  change('13', { base_precision: 'fp4', modell: 'x' });
  change('12', { blocks_to_swap: 99 });
  change('17', { vae: ['1', 0] });
  delete broken['4']?.inputs.model_name;
  expect(problems(broken)).toHaveLength(5);
});

it.each(graphs)('%s keeps off the traps of a graph by hand', (name) => {
  const graph = workflow(name);
  const of = (type: string) =>
    Object.values(graph).find(({ class_type }) => class_type === type)?.inputs ?? {};
  const pose = of('WanVideoAddSteadyDancerEmbeds');
  const sampler = of('WanVideoSampler');
  if (!('pose_latents_negative' in pose)) expect(sampler.cfg).toBe(1);
  expect(sampler.rope_function).toBe('comfy');
  expect(Object.keys(of('WanVideoBlockSwap'))).toHaveLength(7);
  expect(of('WanVideoVAELoader')).toHaveProperty('precision');
  expect(of('WanVideoLoraSelect').merge_loras).toBe(false);
  expect(of('WanVideoTextEncodeCached').use_disk_cache).toBe(false);
  // One size for reference, encode and clip, in sixteens; frames of 4n+1 from the clip's own count.
  const { width, height, num_frames } = of('WanVideoImageToVideoEncode');
  expect([Number(width) % 16, Number(height) % 16]).toEqual([0, 0]);
  expect(of('ImageScale')).toMatchObject({ width, height });
  expect(of('VHS_LoadVideo')).toMatchObject({ custom_width: width, custom_height: height });
  expect(num_frames).toEqual(['3', 1]);
  expect((Number(of('VHS_LoadVideo').frame_load_cap) - 1) % 4).toBe(0);
  // Loaded and saved at one rate: at two the video plays too fast.
  const rate = of('VHS_LoadVideo').force_rate || 16;
  expect(of('VHS_VideoCombine').frame_rate).toBe(rate);
  for (const value of Object.values(graph).flatMap((node) => Object.values(node.inputs))) {
    if (Array.isArray(value)) expect(graph).toHaveProperty(String(value[0]));
  }
});

it('asks for classes that the build proves, and for files that models.json has', () => {
  const { coreClasses, nodes: packs } = nodes();
  const proved = new Set([...coreClasses, ...packs.flatMap((pack) => pack.classes)]);
  // Only in the dance graph, and in the same module as the sampler.
  proved.add('WanVideoContextOptions');
  const files = new Set(models().map(({ folder, file }) => `${folder}/${file}`));
  const folders: Record<string, string> = {
    'WanVideoModelLoader.model': 'diffusion_models',
    'WanVideoVAELoader.model_name': 'vae',
    'WanVideoTextEncodeCached.model_name': 'text_encoders',
    'CLIPVisionLoader.clip_name': 'clip_vision',
    'WanVideoLoraSelect.lora': 'loras',
    'OnnxDetectionModelLoader.vitpose_model': 'detection',
    'OnnxDetectionModelLoader.yolo_model': 'detection',
  };
  let looked = 0;
  for (const graph of graphs.map(workflow)) {
    for (const { class_type, inputs } of Object.values(graph)) {
      expect(proved).toContain(class_type);
      for (const [name, value] of Object.entries(inputs)) {
        const folder = folders[`${class_type}.${name}`];
        if (!folder) continue;
        expect(files).toContain(`${folder}/${String(value)}`);
        looked += 1;
      }
    }
  }
  expect(looked).toBe(12);
});

it("is the same graph on ComfyUI's own page", () => {
  const shown = JSON.parse(readFileSync(uiFile, 'utf8'));
  expect(shown).toEqual(JSON.parse(JSON.stringify(uiWorkflow(readGraph(graphFile)))));
  const { nodes: drawn, links } = shown as {
    nodes: { id: number; inputs: { link: number | null }[]; widgets_values: unknown }[];
    links: [number, number, number, number, number, string][];
  };
  const linked = Object.values(dance).flatMap((node) =>
    Object.values(node.inputs).filter(Array.isArray),
  );
  expect(drawn).toHaveLength(Object.keys(dance).length);
  expect(links).toHaveLength(linked.length);
  for (const [link, , , to, slot] of links) {
    expect(drawn.find(({ id }) => id === to)?.inputs[slot]?.link).toBe(link);
  }
});
