import type { ProgressWords } from '../comfyui/smoke/progress.ts';
import type { Clock } from '../ports/clock.ts';
import type { Io } from './io.ts';

const PACE_MS = 2_000;

/** Lines in words; of what advances step by step the first, the last, and one each two seconds. */
export function paced(io: Pick<Io, 'say'>, clock: Clock): (words: ProgressWords) => void {
  let node: string | undefined;
  let saidAt = Number.NEGATIVE_INFINITY;
  let said = '';
  return (words) => {
    const { text, value, max } = words;
    if (text === said) return;
    const now = clock.monotonicMs();
    const steps = value !== undefined && words.node === node;
    if (steps && value !== max && now - saidAt < PACE_MS) return;
    node = words.node;
    saidAt = now;
    said = text;
    io.say(`  ${text}`);
  };
}
