import type { Attention } from '../../contract/choices.ts';
import { offered } from '../choices-of.ts';
import type { Graph } from '../graph.ts';
import { attentionMode } from '../graphs/model-nodes.ts';
import type { NodeClass } from '../schemas.ts';

/** What ComfyUI says of its own attention at its start: model_management.py and attention.py, v0.3.64. */
const LINE =
  /Using (pytorch|xformers|sage|flash|split optimization|sub quadratic optimization)(?: for)? attention/i;

/** `pytorch`, `xformers`, `sage`, `flash` …; null for any other line. */
export function attentionOfLog(line: string): string | null {
  return LINE.exec(line)?.[1]?.toLowerCase() ?? null;
}

export interface AttentionAsked {
  asked: Attention;
  /** By the server's own log; null where it is not at hand. */
  server: string | null;
}

/**
 * Whether the graph renders with the attention that was asked for. Which one the node pack uses is an
 * input of its loader; only xformers comes by ComfyUI's own choice.
 * @returns a sentence about what is otherwise, null when it is as asked
 */
export function attentionProblem(
  graph: Graph,
  classes: Map<string, NodeClass>,
  { asked, server }: AttentionAsked,
): string | null {
  const loader = Object.values(graph).find((node) => node.class_type === 'WanVideoModelLoader');
  if (!loader) return null;
  const mode = String(loader.inputs.attention_mode);
  const wanted = attentionMode(asked);
  if (mode !== wanted) return `The workflow renders with ${mode}; ${asked} was asked for.`;
  const modes = offered(classes.get('WanVideoModelLoader') ?? null, 'attention_mode');
  if (modes.length > 0 && !modes.includes(mode)) {
    return `The loader of the server does not know ${mode}; ${asked} was asked for.`;
  }
  if (asked === 'xformers' && server !== null && server !== 'xformers') {
    return `ComfyUI uses ${server} attention; xformers was asked for.`;
  }
  return null;
}
