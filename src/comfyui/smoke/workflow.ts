import type { Failure } from '../../contract/failure.ts';
import type { Submitted } from '../client.ts';
import { openEventStream } from '../event-stream.ts';
import { type Graph, nodeTitle } from '../graph.ts';
import type { NodeErrors } from '../schemas.ts';
import { ok, type SmokeLevelDefinition, smokeFailure } from './context.ts';

export const workflow: SmokeLevelDefinition = {
  id: 'workflow',
  needs: ['nodes', 'models'],
  deadlineMs: 60_000,
  async check(context, signal) {
    const { client, graph, clientId, clock } = context;
    const stream = openEventStream({
      connection: client.connection,
      clientId,
      clock,
      signal: context.ending,
      onMessage: (message) => context.listener?.(message),
    });
    context.events = stream;
    // Without a WebSocket the run is followed by the history alone.
    await Promise.race([stream.ready, clock.sleep(5_000, signal)]);
    const submitted = await client.submit(graph, clientId, { signal });
    if (!submitted.accepted) throw refusal(graph, submitted);
    context.promptId = submitted.promptId;
    const refused = Object.keys(submitted.nodeErrors);
    if (refused.length > 0) {
      // The server renders the outputs that are good; what was asked is not what would come out.
      await client.cancel(submitted.promptId, { signal });
      throw nodeRefusal(graph, submitted.nodeErrors) ?? unknownRefusal('');
    }
    return ok(`The server took the workflow of ${Object.keys(graph).length} nodes.`);
  },
};

/** Why the graph was refused, in the words of this program. */
export function refusal(
  graph: Graph,
  { error, nodeErrors }: Extract<Submitted, { accepted: false }>,
): Failure {
  const missing = missingClass(error);
  const proof = [error.message, error.details].filter(Boolean).join(' ');
  if (missing) {
    return smokeFailure(
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
    return smokeFailure(
      code,
      `The server refused the workflow at node ${id} (${title}): ${first.message}: ${first.details}`,
      `${first.type}: ${first.details}`,
    );
  }
  return null;
}

function unknownRefusal(proof: string): Failure {
  const why = proof ? `: ${proof}` : '';
  return smokeFailure('smoke-workflow-refused', `The server refused the workflow${why}.`, proof);
}
