import { useEffect, useState } from 'react';
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
