import { describe, expect, it } from 'vitest';
import type { EventBody } from '../../../src/contract/events.ts';
import { Failure } from '../../../src/contract/failure.ts';
import type { PhaseId } from '../../../src/contract/ids.ts';
import { Cancelled } from '../../../src/pipeline/cancel.ts';
import type { Phase, RunContext } from '../../../src/pipeline/context.ts';
import { reconcile } from '../../../src/pipeline/reconcile.ts';
import { systemClock } from '../../../src/ports/clock.ts';

interface World {
  there: Set<PhaseId>;
  ran: PhaseId[];
  events: EventBody[];
  ctx: RunContext;
}

function world(there: PhaseId[] = []): World {
  const events: EventBody[] = [];
  const ctx = {
    ports: { clock: systemClock },
    emit: (event: EventBody) => events.push(event),
  } as unknown as RunContext;
  return { there: new Set(there), ran: [], events, ctx };
}

function phase(
  id: PhaseId,
  after: PhaseId[],
  { there, ran }: World,
  run?: (signal: AbortSignal) => Promise<void>,
): Phase {
  return {
    id,
    after,
    satisfied: async () => there.has(id),
    run: async (_ctx, signal) => {
      ran.push(id);
      await run?.(signal);
      there.add(id);
    },
  };
}

function chain(w: World): Phase[] {
  return [
    phase('prepare', [], w),
    phase('validate', ['prepare'], w),
    phase('models', ['validate'], w),
    phase('image', ['validate'], w),
    phase('launch', ['image'], w),
    phase('smoke', ['launch', 'models'], w),
  ];
}

const never = new AbortController().signal;

describe('reconcile', () => {
  it('does everything on a bare machine, each after what it waits for', async () => {
    const w = world();
    const done = await reconcile(chain(w), w.ctx, {}, never);
    expect(done.failure).toBeNull();
    expect(done.phases.map(({ id }) => id)).toEqual([
      ...['prepare', 'validate', 'models', 'image', 'launch', 'smoke'],
    ]);
    expect(w.ran.indexOf('image')).toBeLessThan(w.ran.indexOf('launch'));
    expect(w.ran.at(-1)).toBe('smoke');
  });

  it('does only what is not there; looking phases always look', async () => {
    const w = world(['models', 'image']);
    const done = await reconcile(chain(w), w.ctx, {}, never);
    expect(w.ran).toEqual(['prepare', 'validate', 'launch', 'smoke']);
    expect(done.phases.filter((p) => p.satisfied).map((p) => p.id)).toEqual([
      ...['prepare', 'validate', 'models', 'image'],
    ]);
  });

  it('is all satisfied the second time', async () => {
    const w = world();
    await reconcile(chain(w), w.ctx, {}, never);
    const again = await reconcile(chain(w), w.ctx, {}, never);
    expect(again.phases.every((p) => p.ok && p.satisfied)).toBe(true);
  });

  it('stops at a failure, starts nothing after it and stops what runs beside it', async () => {
    const w = world();
    let besideStopped = false;
    const phases = [
      phase('prepare', [], w),
      phase('models', ['prepare'], w, async (signal) => {
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        besideStopped = true;
        signal.throwIfAborted();
      }),
      phase('image', ['prepare'], w, async () => {
        throw new Failure({ code: 'build-step-failed', sentence: 'A step failed.' });
      }),
      phase('launch', ['image'], w),
    ];
    const done = await reconcile(phases, w.ctx, {}, never);
    expect(done.failedPhase).toBe('image');
    expect(done.failure).toMatchObject({ code: 'build-step-failed' });
    expect(besideStopped).toBe(true);
    expect(w.ran).not.toContain('launch');
  });

  it('gives the reason of the signal when it is cancelled', async () => {
    const w = world();
    const cancel = new AbortController();
    const phases = [
      phase('prepare', [], w, async (signal) => {
        cancel.abort(new Cancelled('SIGTERM'));
        signal.throwIfAborted();
      }),
    ];
    const done = await reconcile(phases, w.ctx, {}, cancel.signal);
    expect(done.failure).toMatchObject({ by: 'SIGTERM', exitCode: 143 });
    expect(done.failedPhase).toBe('prepare');
  });

  it('--until does what that phase needs and no more', async () => {
    const w = world();
    await reconcile(chain(w), w.ctx, { until: 'launch' }, never);
    expect(w.ran).toEqual(['prepare', 'validate', 'image', 'launch']);
  });

  it('--from looks at earlier phases and does later ones again', async () => {
    const w = world(['models', 'image', 'launch', 'smoke']);
    const done = await reconcile(chain(w), w.ctx, { from: 'launch' }, never);
    expect(done.failure).toBeNull();
    expect(w.ran).toEqual(['prepare', 'validate', 'launch', 'smoke']);
  });

  it('--from refuses when an earlier phase is not satisfied', async () => {
    const w = world(['models']);
    const done = await reconcile(chain(w), w.ctx, { from: 'launch' }, never);
    expect(done.failure).toMatchObject({ code: 'phase-not-satisfied' });
    expect(done.failedPhase).toBe('image');
    expect(w.ran).not.toContain('image');
  });

  it('every start has its end in the events', async () => {
    const w = world();
    await reconcile(chain(w), w.ctx, {}, never);
    const started = w.events.filter((e) => e.type === 'phase.started').length;
    const finished = w.events.filter((e) => e.type === 'phase.finished').length;
    expect(started).toBe(6);
    expect(finished).toBe(6);
  });

  describe('a part of a phase that waits for fewer phases', () => {
    const early = (w: World, run: () => Promise<void>): Phase[] =>
      chain(w).map((one) =>
        one.id === 'smoke' ? { ...one, early: { after: ['launch'], run } } : one,
      );

    it('is done while the others still work, and only once', async () => {
      const w = world();
      const fetched = Promise.withResolvers<void>();
      const phases = early(w, async () => {
        w.ran.push('smoke');
        expect(w.there.has('models')).toBe(false);
        fetched.resolve();
      }).map((one) =>
        one.id === 'models' ? phase('models', ['validate'], w, () => fetched.promise) : one,
      );
      const done = await reconcile(phases, w.ctx, {}, never);
      expect(done.failure).toBeNull();
      expect(w.ran.filter((id) => id === 'smoke')).toHaveLength(2);
      expect(w.ran.at(-1)).toBe('smoke');
    });

    it('that fails ends the run at once, as that phase', async () => {
      const w = world();
      const failure = new Failure({ code: 'smoke-node-missing', sentence: 'A class is missing.' });
      let stopped: unknown = null;
      const phases = early(w, async () => {
        throw failure;
      }).map((one) =>
        one.id === 'models'
          ? phase('models', ['validate'], w, (signal) => {
              const ended = Promise.withResolvers<void>();
              signal.addEventListener('abort', () => {
                stopped = signal.reason;
                ended.reject(signal.reason);
              });
              return ended.promise;
            })
          : one,
      );
      const done = await reconcile(phases, w.ctx, {}, never);
      expect(done).toMatchObject({ failure, failedPhase: 'smoke' });
      expect(stopped).toBe(failure);
      const smoke = w.events.filter((event) => 'phase' in event && event.phase === 'smoke');
      expect(smoke).toMatchObject([
        { type: 'phase.started' },
        { type: 'phase.finished', ok: false },
      ]);
    });
  });
});
