import type { Clock } from '../../ports/clock.ts';
import { formatDuration } from '../../text/format.ts';
import type { Graph } from '../graph.ts';
import { SAMPLER_NODE } from '../graphs/steadydancer.ts';
import type { ServerMessage } from '../messages.ts';
import { type ProgressWords, progressWords } from '../smoke/progress.ts';

/** Steps of the render that give a rate: the first one also loads the weights. */
const STEPS_FOR_A_RATE = 2;

export interface DanceProgress {
  /** A message in words with what is left of the render; null for one that says nothing new. */
  words(message: ServerMessage, promptId: string): ProgressWords | null;
  /** Milliseconds of one step of the render, the first one left out; null before it is known. */
  stepMs(): number | null;
}

/** Follows a run; what is left is said only from the steps that were timed. */
export function danceProgress(graph: Graph, clock: Clock): DanceProgress {
  let first: { value: number; at: number } | null = null;
  let last: { value: number; at: number } | null = null;
  const stepMs = () => {
    if (!first || !last || last.value - first.value < STEPS_FOR_A_RATE - 1) return null;
    return (last.at - first.at) / (last.value - first.value);
  };
  return {
    stepMs,
    words(message, promptId) {
      const words = progressWords(message, graph, promptId);
      if (!words || message.type !== 'progress' || message.node !== SAMPLER_NODE) return words;
      last = { value: message.value, at: clock.monotonicMs() };
      if (!first || message.value < first.value) first = last;
      const each = stepMs();
      if (each === null || message.value >= message.max) return words;
      const left = formatDuration((message.max - message.value) * each);
      return { ...words, text: `${words.text}, about ${left} of rendering left` };
    },
  };
}
