import { endFailure } from '../run-failures.ts';
import { watchRun } from '../watch.ts';
import { ok, type SmokeContext, type SmokeLevelDefinition, skip, warn } from './context.ts';
import { progressWords } from './progress.ts';
import { measuredWords, renderTimes, watchVideoMemory } from './render-measures.ts';

const MINUTE_MS = 60_000;

export const render: SmokeLevelDefinition = {
  id: 'render',
  needs: ['gpu', 'workflow'],
  deadlineMs: 30 * MINUTE_MS,
  async check(context, signal) {
    const { client, clock, promptId, graph } = context;
    if (!promptId) return skip('No workflow was handed in.');
    const started = clock.monotonicMs();
    const memory = watchVideoMemory(client, clock, signal);
    const times = renderTimes(graph, clock);
    try {
      const watch = watchRun({ client, promptId, clock, signal });
      context.listener = (message) => {
        const words = progressWords(message, graph, promptId);
        if (words) context.emit({ type: 'smoke.progress', ...words });
        times.hear(message);
        watch.hear(message);
      };
      const end = await watch.ended;
      if (end.kind !== 'done') throw endFailure(end, 'the test video');
      context.history = end.history;
      const seconds = ((clock.monotonicMs() - started) / 1000).toFixed(1);
      const { text, full } = measuredWords(times.measured, memory.stop(), filmOf(context));
      const detail = `The server rendered in ${seconds} s.${text === '' ? '' : ` ${text}`}`;
      return full ? warn(detail) : ok(detail);
    } finally {
      context.listener = null;
      memory.stop();
    }
  },
};

function filmOf({ fileExpected: { width, height, frames }, graph }: SmokeContext) {
  const real = Object.values(graph).some((node) => node.class_type === 'WanVideoSampler');
  if (!real || !width || !height || !frames) return null;
  return { width, height, frames };
}
