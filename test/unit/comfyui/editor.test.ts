import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { convertWorkflow } from '../../../src/comfyui/editor/convert.ts';
import { type Graph, parseGraph } from '../../../src/comfyui/graph.ts';
import type { NodeClass } from '../../../src/comfyui/schemas.ts';
import { objectInfoSchema } from '../../../src/comfyui/schemas.ts';
import { inputsOf, recordedClasses } from '../../world/recipe/node-inputs.ts';
import { jsonOf } from './recordings.ts';

const shipped = (name: string) =>
  readFileSync(new URL(`../../../docker/workflows/${name}`, import.meta.url), 'utf8');
const core = objectInfoSchema.parse(jsonOf('object_info'));

/** Classes of a real ComfyUI, and of the packs as their sources describe them. */
async function classOf(name: string): Promise<NodeClass | null> {
  const recorded = recordedClasses().get(name);
  if (!recorded) return core[name] ?? null;
  const info: NodeClass = {
    input: { required: {}, optional: {} },
    ...{
      output: recorded.returns,
      name,
      display_name: name,
      python_module: '',
      output_node: false,
    },
  };
  for (const [key, spec, required] of inputsOf(recorded)) {
    const type = Array.isArray(spec.choices) ? spec.choices : spec.type.split(' ')[0];
    info.input[required ? 'required' : 'optional'][key] = [type, {}];
  }
  return info;
}

const plain = (graph: Graph) =>
  Object.fromEntries(
    Object.entries(graph).map(([id, { class_type, inputs }]) => [id, { class_type, inputs }]),
  );

it('gives the graph that the shipped workflow of the page was made from', async () => {
  const page = JSON.parse(shipped('steadydancer-dance.json'));
  const graph = await convertWorkflow(page, 'dance.json', classOf);
  const api = parseGraph(shipped('steadydancer-dance.api.json'), 'dance.api.json');
  for (const [id, node] of Object.entries(plain(api))) {
    // The page saves every value, also those that the graph leaves to the class.
    expect(graph[id], id).toMatchObject(node);
  }
  expect(Object.keys(graph)).toEqual(Object.keys(api));
});

interface Node {
  id: number;
  type: string;
  [key: string]: unknown;
}
const input = (name: string, type: string, link: number | null) => ({ name, type, link });
const save = (link: number): Node => ({
  ...{ id: 9, type: 'SaveImage', widgets_values: ['film'] },
  inputs: [input('images', 'IMAGE', link)],
});
const empty: Node = { id: 1, type: 'EmptyImage', widgets_values: [64, 48, 2, 255], inputs: [] };
const convert = (nodes: Node[], links: unknown[], more = {}) =>
  convertWorkflow({ nodes, links, ...more }, 'mine.json', classOf);

describe('what only the page knows is solved', () => {
  const made = {
    class_type: 'EmptyImage',
    inputs: { width: 64, height: 48, batch_size: 2, color: 255 },
  };
  const saved = { class_type: 'SaveImage', inputs: { images: ['1', 0], filename_prefix: 'film' } };

  it.each<[string, Node[], unknown[]]>([
    ['a link', [save(1)], [[1, 1, 0, 9, 0, 'IMAGE']]],
    [
      'a reroute, links with names',
      [{ id: 2, type: 'Reroute', inputs: [input('', '*', 1)] }, save(2)],
      [
        { id: 1, origin_id: 1, origin_slot: 0, target_id: 2, target_slot: 0, type: 'IMAGE' },
        { id: 2, origin_id: 2, origin_slot: 0, target_id: 9, target_slot: 0, type: 'IMAGE' },
      ],
    ],
    [
      'Set and Get',
      [
        { id: 2, type: 'SetNode', widgets_values: ['pic'], inputs: [input('IMAGE', 'IMAGE', 1)] },
        { id: 3, type: 'GetNode', widgets_values: ['pic'], inputs: [] },
        save(2),
      ],
      [
        [1, 1, 0, 2, 0, 'IMAGE'],
        [2, 3, 0, 9, 0, 'IMAGE'],
      ],
    ],
    [
      'a bypassed node',
      [
        {
          ...{ id: 2, type: 'ImageInvert', mode: 4, outputs: [{ type: 'IMAGE' }] },
          inputs: [input('image', 'IMAGE', 1)],
        },
        save(2),
      ],
      [
        [1, 1, 0, 2, 0, 'IMAGE'],
        [2, 2, 0, 9, 0, 'IMAGE'],
      ],
    ],
    [
      'muted nodes and words',
      [{ ...save(1), id: 5, mode: 2 }, { id: 6, type: 'Note', widgets_values: ['hello'] }, save(1)],
      [[1, 1, 0, 9, 0, 'IMAGE']],
    ],
  ])('%s', async (_, nodes, links) => {
    expect(plain(await convert([empty, ...nodes], links))).toEqual({ 1: made, 9: saved });
  });

  it('a primitive value, behind the value that the widget kept', async () => {
    const sized = { ...empty, inputs: [input('width', 'INT', 1)] };
    const primitive = { id: 2, type: 'PrimitiveNode', widgets_values: [512, 'fixed'] };
    const graph = await convert(
      [primitive, sized, save(2)],
      [
        [1, 2, 0, 1, 0, 'INT'],
        [2, 1, 0, 9, 0, 'IMAGE'],
      ],
    );
    expect(graph['1']?.inputs).toEqual({ width: 512, height: 48, batch_size: 2, color: 255 });
  });

  it('the page’s own widget behind a seed', async () => {
    const sampler = {
      ...{ id: 1, type: 'KSampler', widgets_values: [7, 'randomize', 20, 8, 'euler', 'normal', 1] },
      inputs: ['model', 'positive', 'negative', 'latent_image'].map((name) => input(name, '*', 1)),
    };
    const graph = await convert([empty, { ...sampler, id: 3 }], [[1, 1, 0, 3, 0, '*']]);
    expect(graph['3']?.inputs).toMatchObject({
      seed: 7,
      steps: 20,
      sampler_name: 'euler',
      denoise: 1,
    });
  });
});

describe('what cannot be converted is refused with the reason', () => {
  const link = [[1, 1, 0, 9, 0, 'IMAGE']];
  it.each<[Node[], unknown[], object, RegExp]>([
    [[empty, save(1)], link, { definitions: { subgraphs: [{}] } }, /it has subgraphs/],
    [[{ id: 1, type: 'workflow>mine' }], [], {}, /group node workflow>mine/],
    [[{ id: 1, type: 'Absent' }], [], {}, /does not have its node class Absent/],
    [[{ ...empty, mode: 2 }, save(1)], link, {}, /node 9 \(SaveImage\) lacks images/],
    [
      [{ ...empty, widgets_values: [64] }],
      [],
      {},
      /lacks height, batch_size, color: .*another version/,
    ],
    [[{ id: 1, type: 'GetNode', widgets_values: ['x'] }, save(1)], link, {}, /nothing sets "x"/],
    [[{ id: 1, type: 'Reroute', inputs: [input('', '*', 1)] }, save(1)], link, {}, /in a circle/],
    [[{ id: 1, type: 'Note' }], [], {}, /no node of it runs/],
  ])('%#', async (nodes, links, more, reason) => {
    await expect(convert(nodes, links, more)).rejects.toMatchObject({
      code: 'workflow-not-convertible',
      message: expect.stringMatching(reason),
    });
  });
});
