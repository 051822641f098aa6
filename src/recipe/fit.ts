import { GIB } from './gpu-facts.ts';

/** Whether an option can be taken: `warn` may be overridden by a person, `no` may not. */
export interface Fit {
  state: 'ok' | 'warn' | 'no';
  /** One line. */
  reason: string;
}

export const ok = (reason: string): Fit => ({ state: 'ok', reason });
export const warn = (reason: string): Fit => ({ state: 'warn', reason });
export const no = (reason: string): Fit => ({ state: 'no', reason });

/** Memory as on the box: `24 GB` for 24,564 MiB. */
export function memoryWords(bytes: number): string {
  return `${Math.round(bytes / GIB)} GB`;
}

/** Negative where version `a` is older than `b`; `570.26` is older than `570.124.06`. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((text) => text.split('.').map(Number));
  for (let at = 0; at < Math.max(left?.length ?? 0, right?.length ?? 0); at += 1) {
    const difference = (left?.[at] ?? 0) - (right?.[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
