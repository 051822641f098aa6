import type { Failure } from '../../contract/failure.ts';
import type { NodeException } from '../messages.ts';
import { watchRun } from '../watch.ts';
import { ok, type SmokeLevelDefinition, skip, smokeFailure } from './context.ts';
import { progressWords } from './progress.ts';

const MINUTE_MS = 60_000;

export const render: SmokeLevelDefinition = {
  id: 'render',
  needs: ['gpu', 'workflow'],
  deadlineMs: 30 * MINUTE_MS,
  async check(context, signal) {
    const { client, clock, promptId } = context;
    if (!promptId) return skip('No workflow was handed in.');
    const started = clock.monotonicMs();
    const watch = watchRun({ client, promptId, clock, signal });
    context.listener = (message) => {
      const words = progressWords(message, context.graph, promptId);
      if (words) context.emit({ type: 'smoke.progress', ...words });
      watch.hear(message);
    };
    try {
      const end = await watch.ended;
      switch (end.kind) {
        case 'done':
          context.history = end.history;
          return ok(`The server rendered in ${seconds(clock.monotonicMs() - started)} s.`);
        case 'error':
          throw exceptionFailure(end.exception);
        case 'interrupted':
          throw smokeFailure(
            'smoke-render-interrupted',
            'Somebody stopped the test video on the server.',
          );
        case 'lost':
          throw smokeFailure(
            'smoke-render-lost',
            'The server was started again and has forgotten the test video.',
          );
        default:
          return end satisfies never;
      }
    } finally {
      context.listener = null;
    }
  },
};

function exceptionFailure(exception: NodeException): Failure {
  const { nodeId, nodeType, exceptionType, message } = exception;
  const proof = `${exceptionType}: ${message}`;
  if (/OutOfMemory|out of memory/i.test(proof)) {
    return smokeFailure(
      'smoke-out-of-memory',
      `The video memory was full at node ${nodeId} (${nodeType}).`,
      proof,
    );
  }
  return smokeFailure(
    'smoke-render-error',
    `Node ${nodeId} (${nodeType}) broke: ${message.split('\n')[0]}`,
    proof,
  );
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(1);
}
