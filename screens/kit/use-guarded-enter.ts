import { useEffect, useRef } from 'react';
import type { Clock } from '../../src/ports/clock.ts';
import { EnterGuard, REPEAT_MS } from './enter-guard.ts';

/** Gives what to call at each Enter; `onEnter` is called for real presses only. */
export function useGuardedEnter(
  clock: Pick<Clock, 'monotonicMs'>,
  onEnter: () => void,
): () => void {
  const guard = useRef<EnterGuard | null>(null);
  guard.current ??= new EnterGuard(clock.monotonicMs());
  const timer = useRef<NodeJS.Timeout>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  return () => {
    clearTimeout(timer.current);
    if (guard.current?.press(clock.monotonicMs()) !== 'wait') return;
    timer.current = setTimeout(() => {
      if (guard.current?.settled(clock.monotonicMs())) onEnter();
    }, REPEAT_MS + 1);
  };
}
