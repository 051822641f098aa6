import { Failure } from '../contract/failure.ts';
import { type PhaseId, phaseIds } from '../contract/ids.ts';
import type { ResultBody } from '../contract/result.ts';
import type { Phase, RunContext } from './context.ts';

export interface ReconcileOptions {
  /** Last phase that is done. */
  until?: PhaseId | undefined;
  /** Phases before this one are looked at, not done; it and later ones are done again. */
  from?: PhaseId | undefined;
}

export type PhaseOutcome = ResultBody['phases'][number];

/** What came of the phases; `failure` is what stopped them (a Failure, the signal's reason, a bug). */
export interface Reconciled {
  phases: PhaseOutcome[];
  failedPhase: PhaseId | null;
  failure: unknown;
}

/** Phases that only look: they are always done, also before `from`. */
const LOOKING: readonly PhaseId[] = ['prepare', 'validate'];

/**
 * Does the phases that are not satisfied, each as soon as those it waits for are done. First run,
 * rerun and the run after a kill are the same call: the world decides what is left, not a journal.
 * Never throws; the first failure stops what runs beside it and starts nothing new.
 */
export async function reconcile(
  phases: readonly Phase[],
  ctx: RunContext,
  options: ReconcileOptions,
  signal: AbortSignal,
): Promise<Reconciled> {
  const wanted = withUntil(phases, options.until);
  const stop = new AbortController();
  const both = AbortSignal.any([signal, stop.signal]);
  const outcomes: PhaseOutcome[] = [];
  const running = new Map<PhaseId, Promise<void>>();
  let failedPhase: PhaseId | null = null;
  let failure: unknown = null;

  const ended = (ids: readonly PhaseId[]) => Promise.all(ids.map((id) => running.get(id)));

  const start = (phase: Phase): Promise<void> => {
    let allEnded = false;
    const before = ended(phase.after).then(() => {
      allEnded = true;
    });
    const { early } = phase;
    // What can be found out while others still work; of no use once they are done.
    const ahead = early
      ? ended(early.after).then(async () => {
          if (!allEnded && !both.aborted && options.from === undefined) await early.run(ctx, both);
        })
      : Promise.resolve();
    const aheadFailed = ahead.then(
      () => null,
      (error: unknown) => ({ error }),
    );
    const waited = Promise.race([
      before.then(() => aheadFailed),
      aheadFailed.then((failed) => failed ?? before.then(() => null)),
    ]);
    return waited.then(async (failed) => {
      if (both.aborted) return;
      const began = ctx.ports.clock.monotonicMs();
      ctx.emit({ type: 'phase.started', phase: phase.id });
      const done = (ok: boolean, satisfied?: boolean) => {
        const ms = Math.round(ctx.ports.clock.monotonicMs() - began);
        const outcome = { ok, ms, ...(satisfied === undefined ? {} : { satisfied }) };
        ctx.emit({ type: 'phase.finished', phase: phase.id, ...outcome });
        outcomes.push({ id: phase.id, ...outcome });
      };
      try {
        if (failed) throw failed.error;
        done(true, await perform(phase, ctx, options.from, both));
      } catch (error) {
        if (failure === null) {
          failure = signal.aborted ? signal.reason : error;
          failedPhase = phase.id;
        }
        done(false);
        stop.abort(error);
      }
    });
  };

  for (const phase of wanted) running.set(phase.id, start(phase));
  await Promise.all(running.values());
  if (failure === null && signal.aborted) failure = signal.reason;
  outcomes.sort((a, b) => phaseIds.indexOf(a.id) - phaseIds.indexOf(b.id));
  return { phases: outcomes, failedPhase, failure };
}

/** Gives true when the phase was satisfied as it was. */
async function perform(
  phase: Phase,
  ctx: RunContext,
  from: PhaseId | undefined,
  signal: AbortSignal,
): Promise<boolean> {
  const looks = LOOKING.includes(phase.id);
  const beforeFrom = from !== undefined && phaseIds.indexOf(phase.id) < phaseIds.indexOf(from);
  const redo = from !== undefined && !beforeFrom;
  if (!redo && !looks && (await phase.satisfied(ctx, signal))) return true;
  signal.throwIfAborted();
  if (beforeFrom && !looks) throw notThere(phase.id, from);
  await phase.run(ctx, signal);
  signal.throwIfAborted();
  // Looking found everything as it should be: nothing had to be changed.
  return looks;
}

function withUntil(phases: readonly Phase[], until: PhaseId | undefined): Phase[] {
  if (until === undefined) return [...phases];
  const needed = new Set<PhaseId>();
  const add = (id: PhaseId) => {
    if (needed.has(id)) return;
    needed.add(id);
    for (const before of phases.find((phase) => phase.id === id)?.after ?? []) add(before);
  };
  add(until);
  return phases.filter((phase) => needed.has(phase.id));
}

function notThere(phase: PhaseId, from: PhaseId): Failure {
  return new Failure({
    code: 'phase-not-satisfied',
    sentence: `--from ${from} starts after ${phase}, but what ${phase} makes is not there.`,
    fixes: [{ label: `Start at ${phase}, or leave --from out`, command: 'steadydancer run' }],
    phase,
  });
}
