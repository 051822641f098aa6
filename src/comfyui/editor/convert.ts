import { Failure } from '../../contract/failure.ts';
import type { Graph } from '../graph.ts';
import type { NodeClass } from '../schemas.ts';
import { type EditorNode, type EditorWorkflow, editorWorkflowSchema, pageNodes } from './schema.ts';
import { typedValues } from './values.ts';

const MUTED = 2;
const BYPASSED = 4;
type Source = { link: [string, number] } | { value: unknown } | null;

/** Gives a class of the server; null for one that it does not have. */
export type ClassOf = (classType: string) => Promise<NodeClass | null>;

/**
 * A workflow of ComfyUI's page as the graph that the server takes: Set/Get pairs, reroutes and
 * primitive values solved, muted nodes left out, bypassed ones passed through.
 * @throws Failure `workflow-not-convertible` with the reason
 */
export async function convertWorkflow(
  json: unknown,
  source: string,
  classOf: ClassOf,
): Promise<Graph> {
  const parsed = editorWorkflowSchema.safeParse(json);
  if (!parsed.success) throw refused(source, 'its nodes or links are not as the page saves them');
  const workflow = parsed.data;
  if ((workflow.definitions?.subgraphs.length ?? 0) > 0) throw refused(source, 'it has subgraphs');
  const group = workflow.nodes.find(({ type }) => /^workflow[>/]/.test(type));
  if (group) throw refused(source, `it has the group node ${group.type}`);
  const sources = new Sources(workflow, source);
  const graph: Graph = {};
  for (const node of workflow.nodes) {
    if (node.mode === MUTED || node.mode === BYPASSED || isPageNode(node)) continue;
    const info = await classOf(node.type);
    if (!info) throw refused(source, `the server does not have its node class ${node.type}`);
    const inputs = typedValues(node, info);
    for (const { name, link } of node.inputs) {
      if (link === null) continue;
      const from = sources.of(link);
      if (from === null) delete inputs[name];
      else inputs[name] = 'link' in from ? from.link : from.value;
    }
    const missing = Object.keys(info.input.required).filter((name) => !(name in inputs));
    if (missing.length > 0) {
      const words = `node ${node.id} (${node.type}) lacks ${missing.join(', ')}`;
      throw refused(
        source,
        `${words}: it was saved with another version of the node, or is muted before it`,
      );
    }
    const title = node.title ?? node.type;
    graph[node.id] = { class_type: node.type, inputs, _meta: { title } };
  }
  if (Object.keys(graph).length === 0) throw refused(source, 'no node of it runs');
  return graph;
}

function isPageNode({ type }: EditorNode): boolean {
  return Object.values(pageNodes).some((types) => (types as readonly string[]).includes(type));
}

/** Where links really begin, through everything that only the page knows. */
class Sources {
  readonly #nodes: Map<string, EditorNode>;
  readonly #links: Map<number, { from: string; slot: number }>;
  readonly #setNodes: Map<string, EditorNode>;
  readonly #file: string;

  constructor({ nodes, links }: EditorWorkflow, file: string) {
    this.#file = file;
    this.#nodes = new Map(nodes.map((node) => [node.id, node]));
    this.#links = new Map(links.map(({ link, from, slot }) => [link, { from, slot }]));
    this.#setNodes = new Map(
      nodes.filter(({ type }) => type === 'SetNode').map((node) => [nameOf(node), node]),
    );
  }

  /** Null: it comes from a muted node, or from nothing. */
  of(link: number | null | undefined, steps = 0): Source {
    const start = link == null ? undefined : this.#links.get(link);
    const node = start && this.#nodes.get(start.from);
    if (!start || !node) return null;
    if (steps > this.#nodes.size) throw refused(this.#file, 'its links run in a circle');
    const first = (passing: EditorNode | undefined) =>
      this.of(passing?.inputs.find((input) => input.link !== null)?.link, steps + 1);
    if (node.mode === MUTED) return null;
    if (node.type === 'Reroute' || node.type === 'SetNode') return first(node);
    if (node.type === 'GetNode') {
      const set = this.#setNodes.get(nameOf(node));
      if (!set) throw refused(this.#file, `nothing sets "${nameOf(node)}", which is got`);
      return set.mode === MUTED ? null : first(set);
    }
    if (node.type === 'PrimitiveNode') return { value: valuesOf(node)[0] };
    if (node.mode === BYPASSED) return this.of(this.#passedThrough(node, start.slot), steps + 1);
    return { link: [node.id, start.slot] };
  }

  /** As the page does it: the input at the same place when its type fits, else the first that fits. */
  #passedThrough(node: EditorNode, slot: number): number | null {
    const type = node.outputs[slot]?.type;
    const same = node.inputs[slot];
    if (same && same.type === type) return same.link;
    return node.inputs.find((input) => input.type === type)?.link ?? null;
  }
}

function valuesOf({ widgets_values: saved }: EditorNode): unknown[] {
  return Array.isArray(saved) ? saved : Object.values(saved ?? {});
}

function nameOf(node: EditorNode): string {
  return String(valuesOf(node)[0] ?? '');
}

function refused(source: string, why: string): Failure {
  return new Failure({
    code: 'workflow-not-convertible',
    sentence: `${source} is in the editor's format and cannot be converted: ${why}. Export it with "Export (API)" in ComfyUI.`,
  });
}
