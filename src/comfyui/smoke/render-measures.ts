import type { Clock } from '../../ports/clock.ts';
import { formatDuration, formatMemory, formatMemoryTotal } from '../../text/format.ts';
import type { ComfyClient } from '../client.ts';
import type { Graph } from '../graph.ts';
import { type FilmSize, tokens } from '../graphs/frames.ts';
import { SAMPLER_NODE } from '../graphs/steadydancer.ts';
import type { ServerMessage } from '../messages.ts';

const SAMPLE_MS = 2_000;
/** Of all video memory: above it a driver that spills into memory (Windows) makes steps slow. */
const BRIM = 0.97;
/** Nodes whose time grows with the pixels of a film. */
const PIXEL_CLASSES = ['WanVideoEncode', 'WanVideoImageToVideoEncode', 'WanVideoDecode'];
const FIVE_SECONDS: FilmSize = { width: 480, height: 832, frames: 81 };
/**
 * A token of a 14B model costs 28 GFLOP and 0.82 MFLOP for each token it attends to (40 layers, width
 * 5120): of the test's 3,136 tokens attention is a tenth, of 35,880 a half. The high end takes that
 * growth; the low end that a small film waits for its blocks more than it computes.
 */
const FLOP_LINEAR = 28e9;
const FLOP_ATTENTION = 0.82e6;
const LOW_SHARE = 0.6;

/** Video memory of the server while something runs: asked now and then, never in its way. */
export function watchVideoMemory(client: ComfyClient, clock: Clock, signal: AbortSignal) {
  const ended = new AbortController();
  const ending = AbortSignal.any([signal, ended.signal]);
  const seen = { peakBytes: 0, totalBytes: 0 };
  async function sample(): Promise<void> {
    while (!ending.aborted) {
      const stats = await client
        .systemStats({ signal: ending, timeoutMs: 5_000 })
        // A server that loads a model is silent; the watch over the run says what is wrong.
        .catch(() => null);
      const gpu = stats?.devices.find(({ type }) => type !== 'cpu');
      if (stats && !gpu) return;
      if (gpu?.vram_total && gpu.vram_free !== null) {
        seen.totalBytes = gpu.vram_total;
        seen.peakBytes = Math.max(seen.peakBytes, gpu.vram_total - gpu.vram_free);
      }
      await clock.sleep(SAMPLE_MS, ending).catch(() => {});
    }
  }
  void sample();
  return {
    /** Ends it; null where no GPU was seen. */
    stop(): { peakBytes: number; totalBytes: number } | null {
      ended.abort();
      return seen.totalBytes > 0 ? seen : null;
    },
  };
}

/** Times steps and nodes by the messages of a run. */
export function renderTimes(graph: Graph, clock: Clock) {
  let first: { value: number; at: number } | null = null;
  let last: { value: number; at: number } | null = null;
  let steps = 0;
  let current: { node: string; at: number } | null = null;
  let pixelMs = 0;
  return {
    hear(message: ServerMessage): void {
      const now = clock.monotonicMs();
      if (message.type === 'executing') {
        const classType = current && graph[current.node]?.class_type;
        if (current && classType && PIXEL_CLASSES.includes(classType)) pixelMs += now - current.at;
        current = message.node === null ? null : { node: message.node, at: now };
      } else if (message.type === 'progress' && message.node === SAMPLER_NODE) {
        last = { value: message.value, at: now };
        first ??= last;
        steps = message.max;
      }
    },
    /** Milliseconds; a step is null where fewer than two were seen after the first, which loads. */
    get measured(): { stepMs: number | null; steps: number; pixelMs: number } {
      const done = first && last ? last.value - first.value : 0;
      const stepMs = first && last && done > 0 ? (last.at - first.at) / done : null;
      return { stepMs, steps, pixelMs };
    },
  };
}

/** Milliseconds for a clip of 5 s at 480x832, the loading of models left out. */
export function estimateFiveSeconds(
  { stepMs, steps, pixelMs }: { stepMs: number; steps: number; pixelMs: number },
  film: FilmSize,
): { lowMs: number; highMs: number } {
  const cost = (n: number) => n * (FLOP_LINEAR + FLOP_ATTENTION * n);
  const [from, to] = [tokens(film), tokens(FIVE_SECONDS)];
  const pixels = (size: FilmSize) => size.width * size.height * size.frames;
  const decodeMs = (pixelMs * pixels(FIVE_SECONDS)) / pixels(film);
  return {
    lowMs: steps * stepMs * (to / from) * LOW_SHARE + decodeMs,
    highMs: steps * stepMs * (cost(to) / cost(from)) + decodeMs,
  };
}

/** What was measured, as sentences behind the level's own. */
export function measuredWords(
  times: { stepMs: number | null; steps: number; pixelMs: number },
  memory: { peakBytes: number; totalBytes: number } | null,
  film: FilmSize | null,
): { text: string; full: boolean } {
  const parts: string[] = [];
  const { stepMs } = times;
  if (stepMs !== null) parts.push(`A step took ${formatDuration(stepMs)}.`);
  const full = memory !== null && memory.peakBytes > memory.totalBytes * BRIM;
  if (memory) {
    const headroom = memory.totalBytes - memory.peakBytes;
    parts.push(
      `Video memory: ${formatMemory(memory.peakBytes)} of ${formatMemoryTotal(memory.totalBytes)} at most, ${full ? 'full: on Windows the driver then spills into memory and steps get slow' : `${formatMemory(headroom)} left`}.`,
    );
  }
  if (stepMs !== null && film) {
    const { lowMs, highMs } = estimateFiveSeconds({ ...times, stepMs }, film);
    parts.push(
      `A 5 s clip at 480x832 takes about ${formatDuration(lowMs)} to ${formatDuration(highMs)} (estimate from this test).`,
    );
  }
  return { text: parts.join(' '), full };
}

const MEMORY_SENTENCE = /\s*Video memory: ((?:[^.]|\.(?=\d))*)\./;
const CLIP_SENTENCE = /\s*A 5 s clip at (\S+) takes (about [^(]*) \(([^)]*)\)\./;

/**
 * The level's sentence without what `measuredWords` put behind it, and that by itself: a report has
 * rows of their own for it. Null for what was not measured.
 */
export function splitMeasured(detail: string): {
  rest: string;
  memory: string | null;
  clip: { size: string; takes: string; by: string } | null;
} {
  const memory = MEMORY_SENTENCE.exec(detail);
  const clip = CLIP_SENTENCE.exec(detail);
  return {
    rest: detail.replace(MEMORY_SENTENCE, '').replace(CLIP_SENTENCE, ''),
    memory: memory?.[1] ?? null,
    clip: clip ? { size: clip[1] ?? '', takes: clip[2] ?? '', by: clip[3] ?? '' } : null,
  };
}
