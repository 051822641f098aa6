import { endFailure } from '../run-failures.ts';
import { watchRun } from '../watch.ts';
import { ok, type SmokeLevelDefinition, skip } from './context.ts';
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
      if (end.kind !== 'done') throw endFailure(end, 'the test video');
      context.history = end.history;
      return ok(`The server rendered in ${seconds(clock.monotonicMs() - started)} s.`);
    } finally {
      context.listener = null;
    }
  },
};

function seconds(ms: number): string {
  return (ms / 1000).toFixed(1);
}
