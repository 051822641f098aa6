import { type Graph, nodeTitle } from '../graph.ts';
import type { ServerMessage } from '../messages.ts';

export interface ProgressWords {
  text: string;
  node?: string;
  value?: number;
  max?: number;
}

/** A message of the run in words for a person; null for one that says nothing new. */
export function progressWords(
  message: ServerMessage,
  graph: Graph,
  promptId: string,
): ProgressWords | null {
  if (message.type === 'status') {
    const ahead = (message.queueRemaining ?? 0) - 1;
    return ahead > 0 ? { text: `${ahead} more in the server's queue.` } : null;
  }
  if (!('promptId' in message) || message.promptId !== promptId) return null;
  switch (message.type) {
    case 'execution_start':
      return { text: 'The server has begun.' };
    case 'execution_cached': {
      const done = message.nodes.length;
      if (done === 0) return null;
      const are = done === 1 ? '1 node is' : `${done} nodes are`;
      return { text: `${are} done from an earlier run.` };
    }
    case 'executing':
      if (message.node === null) return null;
      return { text: nodeTitle(graph, message.node), node: message.node };
    case 'progress': {
      const { node, value, max } = message;
      const title = node === null ? 'Rendering' : nodeTitle(graph, node);
      const text = `${title}: ${value} of ${max}`;
      return { text, value, max, ...(node === null ? {} : { node }) };
    }
    default:
      return null;
  }
}
