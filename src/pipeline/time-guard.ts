import { cpus } from 'node:os';
import type { Clock } from '../ports/clock.ts';
import { formatDuration, formatRate } from '../text/format.ts';
import type { BuildActivity } from './time-activity.ts';

const LOOK_MS = 1_000;
/** Nothing printed, nothing moved, no CPU for so long: what waits for nothing never ends. */
export const STALL_MS = 5 * 60_000;
/** Below a fifth of one core the machine does nothing but its own housekeeping. */
const IDLE_CORES = 0.2;

/** Why a build was stopped by the clock. */
export class OutOfTime extends Error {
  override name = 'OutOfTime';
  readonly kind: 'limit' | 'stall';
  readonly afterMs: number;

  constructor(kind: OutOfTime['kind'], afterMs: number) {
    super(`${kind} after ${formatDuration(afterMs)}`);
    this.kind = kind;
    this.afterMs = afterMs;
  }
}

export interface TimeGuardOptions {
  clock: Clock;
  /** For this piece of work; what earlier ones took is not in it. */
  limitMs: number;
  stallMs?: number;
  activity: BuildActivity;
  /** CPU time of the whole machine so far, ms over all cores; null where the build is elsewhere. */
  cpuMs: () => number | null;
  /** A person's word at the limit: true gives the same time again. Null: nobody is there. */
  goOn: ((text: string, over: AbortSignal) => Promise<boolean>) | null;
}

/** Watches the time of a build until it is stopped; `signal` is aborted with an OutOfTime. */
export function guardTime(options: TimeGuardOptions): { signal: AbortSignal; stop(): void } {
  const { clock, activity, cpuMs, goOn, stallMs = STALL_MS } = options;
  const out = new AbortController();
  const stopped = new AbortController();
  const began = clock.monotonicMs();
  let limitMs = Math.max(0, options.limitMs);
  let asking = false;
  let quiet = { sinceMs: began, cpuMs: cpuMs() };

  const look = (now: number): void => {
    if (activity.lastMs > quiet.sinceMs) quiet = { sinceMs: activity.lastMs, cpuMs: cpuMs() };
    else if (now - quiet.sinceMs >= stallMs) {
      if (idle(quiet.cpuMs, cpuMs(), now - quiet.sinceMs)) {
        out.abort(new OutOfTime('stall', now - quiet.sinceMs));
        return;
      }
      quiet = { sinceMs: now, cpuMs: cpuMs() };
    }
    if (now - began < limitMs || asking) return;
    if (!goOn) {
      out.abort(new OutOfTime('limit', now - began));
      return;
    }
    asking = true;
    void goOn(questionText(now - began, activity.bytesPerSecond(now)), stopped.signal).then(
      (yes) => {
        asking = false;
        if (yes) limitMs = clock.monotonicMs() - began + Math.max(options.limitMs, 60_000);
        else out.abort(new OutOfTime('limit', clock.monotonicMs() - began));
      },
      // The run ends, or the build did: then nobody needs the answer.
      () => {},
    );
  };
  void (async () => {
    while (!stopped.signal.aborted && !out.signal.aborted) {
      // Never later than the limit itself.
      const left = limitMs - (clock.monotonicMs() - began);
      const pause = asking ? LOOK_MS : Math.min(LOOK_MS, Math.max(1, left));
      await clock.sleep(pause, stopped.signal).catch(() => {});
      if (!stopped.signal.aborted && !out.signal.aborted) look(clock.monotonicMs());
    }
  })();
  return { signal: out.signal, stop: () => stopped.abort() };
}

/** Without a measure (the build runs elsewhere) nothing is ever idle: a compiler may be silent. */
function idle(beforeMs: number | null, nowMs: number | null, overMs: number): boolean {
  if (beforeMs === null || nowMs === null) return false;
  return nowMs - beforeMs < overMs * IDLE_CORES;
}

function questionText(tookMs: number, bytesPerSecond: number | null): string {
  const moving =
    bytesPerSecond === null || bytesPerSecond < 1_000
      ? ''
      : `, still moving at ${formatRate(bytesPerSecond)}`;
  return `The build takes longer than ${formatDuration(tookMs)}${moving}. Go on?`;
}

/** CPU time of this machine since it started, ms over all cores. */
export function machineCpuMs(): number {
  let busy = 0;
  for (const { times } of cpus()) busy += times.user + times.nice + times.sys + times.irq;
  return busy;
}
