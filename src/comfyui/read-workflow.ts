import { readPlainText } from '../ports/plain-file.ts';
import type { ComfyClient } from './client.ts';
import { convertWorkflow } from './editor/convert.ts';
import { type Graph, isEditorFormat, parseGraph } from './graph.ts';
import type { NodeClass } from './schemas.ts';

/**
 * A person's workflow: in API format as it is, one of ComfyUI's page converted by the server's classes.
 * @throws Failure workflow-*, what the client throws, and errors of readPlainText()
 */
export async function readWorkflow(
  path: string,
  client: ComfyClient,
  signal: AbortSignal,
): Promise<Graph> {
  const text = await readPlainText(path, signal);
  const json = jsonOf(text);
  if (!isEditorFormat(json)) return parseGraph(text, path);
  const known = new Map<string, Promise<NodeClass | null>>();
  return convertWorkflow(json, path, (classType) => {
    const asked = known.get(classType) ?? client.nodeClass(classType, { signal });
    known.set(classType, asked);
    return asked;
  });
}

/** What is no JSON gets its sentence from parseGraph. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
