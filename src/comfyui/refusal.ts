import { Failure } from '../contract/failure.ts';
import type { Submitted } from './client.ts';
import { type Graph, nodeTitle } from './graph.ts';
import type { NodeErrors } from './schemas.ts';

/** Null when the server took all of the graph; some outputs can be refused while others are queued. */
export function takenFailure(graph: Graph, nodeErrors: NodeErrors): Failure | null {
  if (Object.keys(nodeErrors).length === 0) return null;
  return nodeRefusal(graph, nodeErrors) ?? unknownRefusal('');
}

/** Why the graph was refused, in the words of this program. */
export function refusal(
  graph: Graph,
  { error, nodeErrors }: Extract<Submitted, { accepted: false }>,
): Failure {
  const missing = missingClass(error);
  const proof = [error.message, error.details].filter(Boolean).join(' ');
  if (missing) {
    return refusedFailure(
      'smoke-node-missing',
      `The server does not know the node class ${missing}.`,
      proof,
    );
  }
  return nodeRefusal(graph, nodeErrors) ?? unknownRefusal(proof);
}

/** v0.3.64 says it in a sentence of `invalid_prompt`, later ones have a type for it. */
function missingClass(error: { type: string; message: string; extra_info?: unknown }) {
  if (error.type === 'missing_node_type') {
    const named = (error.extra_info as { class_type?: unknown } | null)?.class_type;
    return typeof named === 'string' ? named : (/Node '([^']+)'/.exec(error.message)?.[1] ?? '?');
  }
  return /Cannot execute because node (.+) does not exist/.exec(error.message)?.[1];
}

function nodeRefusal(graph: Graph, nodeErrors: NodeErrors): Failure | null {
  for (const [id, { errors, class_type: classType }] of Object.entries(nodeErrors)) {
    const first = errors[0];
    if (!first) continue;
    const title = graph[id] ? nodeTitle(graph, id) : classType;
    const code =
      first.type === 'value_not_in_list' ? 'smoke-value-not-in-list' : 'smoke-workflow-refused';
    return refusedFailure(
      code,
      `The server refused the workflow at node ${id} (${title}): ${first.message}: ${first.details}`,
      `${first.type}: ${first.details}`,
    );
  }
  return null;
}

function unknownRefusal(proof: string): Failure {
  const why = proof ? `: ${proof}` : '';
  return refusedFailure('smoke-workflow-refused', `The server refused the workflow${why}.`, proof);
}

function refusedFailure(code: string, sentence: string, proof: string): Failure {
  return new Failure({ code, sentence, phase: 'smoke', ...(proof ? { proof } : {}) });
}
