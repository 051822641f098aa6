// Makes the workflow for ComfyUI's own page from the graph that `dance` posts, so that the two are
// one. Run: node test/world/recipe/ui-workflow.ts
import { readFileSync, writeFileSync } from 'node:fs';
import { inputsOf, isWidget, linkType, recordedClasses } from './node-inputs.ts';

export interface ApiNode {
  class_type: string;
  inputs: Record<string, unknown>;
  _meta?: { title: string };
}
export type ApiGraph = Record<string, ApiNode>;

const workflows = new URL('../../../docker/workflows/', import.meta.url);
export const uiFile = new URL('steadydancer-dance.json', workflows);
export const graphFile = new URL('steadydancer-dance.api.json', workflows);

const COLUMN = 380;
const GAP = 40;
const ROW = 24;

/** The graph as LiteGraph saves it (version 0.4): nodes with places, links, and widgets in order. */
export function uiWorkflow(graph: ApiGraph): object {
  const classes = recordedClasses();
  const links: [number, number, number, number, number, string][] = [];
  const heights = new Map<number, number>();
  const nodes = Object.entries(graph).map(([id, node], order) => {
    const recorded = classes.get(node.class_type);
    if (!recorded) throw new Error(`${node.class_type} is not recorded`);
    const inputs: object[] = [];
    const widgets: Record<string, unknown> = {};
    for (const [name, input, required] of inputsOf(recorded)) {
      const value = node.inputs[name];
      const linked = Array.isArray(value);
      const widget = isWidget(input);
      if (widget && !linked) widgets[name] = value === undefined ? input.default : value;
      // A widget that is linked keeps its place among the values.
      if (widget && linked) widgets[name] = input.default ?? 0;
      if (widget && name === 'seed') widgets[`${name} afterwards`] = 'fixed';
      if (widget && !linked) continue;
      if (!linked && !required && value === undefined && widget) continue;
      let link: number | null = null;
      if (linked) {
        const [from, slot] = value as [string, number];
        const source = classes.get(graph[from]?.class_type ?? '');
        const type = linkType(source?.returns[slot] ?? input.type);
        link = links.length + 1;
        links.push([link, Number(from), slot, Number(id), inputs.length, type]);
      }
      inputs.push({
        name,
        type: linkType(input.type),
        link,
        ...(widget ? { widget: { name } } : {}),
      });
    }
    const column = depth(graph, id);
    const height = 80 + ROW * (inputs.length + Object.keys(widgets).length);
    const top = heights.get(column) ?? 0;
    heights.set(column, top + height + GAP);
    // These two packs of the page keep their values by name (their own web parts do so).
    const byName = node.class_type.startsWith('VHS_');
    if (node.class_type === 'LoadImage') widgets.upload = 'image';
    if (byName) Object.assign(widgets, extraOf(node));
    return {
      id: Number(id),
      type: node.class_type,
      ...(node._meta ? { title: node._meta.title } : {}),
      pos: [column * COLUMN, top],
      size: [COLUMN - 60, height],
      flags: {},
      order,
      mode: 0,
      inputs,
      outputs: recorded.returns.map((type, slot) => ({
        name: recorded.return_names[slot] ?? linkType(type),
        type: linkType(type),
        links: [] as number[],
      })),
      properties: { 'Node name for S&R': node.class_type },
      widgets_values: byName ? widgets : Object.values(widgets),
    };
  });
  for (const [link, from, slot] of links) {
    nodes.find(({ id }) => id === from)?.outputs[slot]?.links.push(link);
  }
  return {
    last_node_id: Math.max(...nodes.map(({ id }) => id)),
    last_link_id: links.length,
    nodes,
    links,
    groups: [],
    config: {},
    extra: { ds: { scale: 0.6, offset: [40, 40] } },
    version: 0.4,
  };
}

/** Values of a VideoHelperSuite node that its schema does not name. */
function extraOf({ class_type, inputs }: ApiNode): Record<string, unknown> {
  if (class_type === 'VHS_LoadVideo') return { 'choose video to upload': 'image' };
  const { pix_fmt, crf, save_metadata, trim_to_audio } = inputs;
  return { pix_fmt, crf, save_metadata, trim_to_audio };
}

/** Columns to the right of the nodes that it takes from. */
function depth(graph: ApiGraph, id: string): number {
  const from = Object.values(graph[id]?.inputs ?? {}).filter(Array.isArray);
  return Math.max(-1, ...from.map(([source]) => depth(graph, String(source)))) + 1;
}

export function readGraph(file: URL): ApiGraph {
  return JSON.parse(readFileSync(file, 'utf8')) as ApiGraph;
}

if (process.argv[1] === import.meta.filename) {
  writeFileSync(uiFile, `${JSON.stringify(uiWorkflow(readGraph(graphFile)), null, 2)}\n`);
}
