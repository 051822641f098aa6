import { z } from 'zod';
import { Failure } from '../contract/failure.ts';

const graphNodeSchema = z.looseObject({
  class_type: z.string().min(1),
  inputs: z.record(z.string(), z.unknown()),
  _meta: z.looseObject({ title: z.string().optional() }).optional(),
});
export const graphSchema = z.record(z.string(), graphNodeSchema);
/** A graph in API format: what `POST /prompt` takes. */
export type Graph = z.infer<typeof graphSchema>;

/** Reads a workflow file. Throws a Failure for what is no graph, or one in the editor's format. */
export function parseGraph(text: string, source: string): Graph {
  const refuse = (code: string, sentence: string, proof?: string) =>
    new Failure({ code, sentence, ...(proof ? { proof } : {}) });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw refuse('workflow-not-json', `${source} is not JSON.`, (error as Error).message);
  }
  if (isEditorFormat(json)) {
    throw refuse(
      'workflow-editor-format',
      `${source} is in the editor's format; export it with "Export (API)" in ComfyUI.`,
    );
  }
  // Some tools save the whole body of POST /prompt.
  const wrapped = (json as { prompt?: unknown } | null)?.prompt;
  const parsed = graphSchema.safeParse(
    isRecord(wrapped) && !('class_type' in wrapped) ? wrapped : json,
  );
  if (!parsed.success || Object.keys(parsed.data).length === 0) {
    throw refuse(
      'workflow-not-a-graph',
      `${source} is not a graph of ComfyUI: each node needs class_type and inputs.`,
      parsed.success ? 'it has no nodes' : parsed.error.issues[0]?.path.join('.'),
    );
  }
  return parsed.data;
}

/** Each class of the graph once, in the order of the graph. */
export function classTypes(graph: Graph): string[] {
  return [...new Set(Object.values(graph).map((node) => node.class_type))];
}

/** What a person calls a node: its own title, else its class. */
export function nodeTitle(graph: Graph, id: string): string {
  const node = graph[id];
  return node ? (node._meta?.title ?? node.class_type) : `node ${id}`;
}

/** A workflow as ComfyUI's page saves it. */
export function isEditorFormat(json: unknown): boolean {
  return isRecord(json) && Array.isArray(json.nodes) && Array.isArray(json.links);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
