import { useEffect, useRef, useState } from 'react';
import type { Clock } from '../../src/ports/clock.ts';

/** The time, read again every `everyMs` while `active`. */
export function useNow(clock: Clock, everyMs: number, active = true): Date {
  const [now, setNow] = useState(() => clock.now());
  useEffect(() => {
    if (!active) return;
    setNow(clock.now());
    const timer = setInterval(() => setNow(clock.now()), everyMs);
    return () => clearInterval(timer);
  }, [clock, everyMs, active]);
  return now;
}

/** Milliseconds since this was first drawn, counted in seconds. */
export function useSince(clock: Clock): number {
  const begin = useRef<number>(undefined);
  begin.current ??= clock.monotonicMs();
  useNow(clock, 1000);
  return clock.monotonicMs() - begin.current;
}
