import { openEventStream } from '../event-stream.ts';
import { refusal, takenFailure } from '../refusal.ts';
import { firstTry } from '../run-graph.ts';
import { ok, type SmokeLevelDefinition } from './context.ts';

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
    await firstTry(stream.ready, clock, signal);
    const submitted = await client.submit(graph, clientId, { signal });
    if (!submitted.accepted) throw refusal(graph, submitted);
    context.promptId = submitted.promptId;
    const partly = takenFailure(graph, submitted.nodeErrors);
    if (partly) {
      // The server renders the outputs that are good; what was asked is not what would come out.
      await client.cancel(submitted.promptId, { signal });
      throw partly;
    }
    return ok(`The server took the workflow of ${Object.keys(graph).length} nodes.`);
  },
};
