import { describe, expect, it } from 'vitest';
import type { SolveEvent } from '../../../src/build/types.ts';
import { BuildActivity } from '../../../src/pipeline/time-activity.ts';
import { guardTime, OutOfTime, type TimeGuardOptions } from '../../../src/pipeline/time-guard.ts';
import { TestClock } from './test-clock.ts';

const MINUTE = 60_000;
const line: SolveEvent = {
  type: 'status',
  status: { logs: [{ vertex: 'v', stream: 1, data: Buffer.from('x\n') }] },
};
const bytes = (current: number): SolveEvent => ({
  type: 'status',
  status: { statuses: [{ vertex: 'v', id: 'extracting', current, total: 1e9 }] },
});

function guarded(options: Partial<TimeGuardOptions> = {}) {
  const clock = new TestClock();
  const activity = new BuildActivity(clock);
  const guard = guardTime({
    clock,
    activity,
    limitMs: 45 * MINUTE,
    stallMs: 5 * MINUTE,
    cpuMs: () => 0,
    goOn: null,
    ...options,
  });
  return { clock, activity, guard };
}

/** Prints a line a minute for so long. */
async function busy({ clock, activity }: ReturnType<typeof guarded>, minutes: number) {
  for (let i = 0; i < minutes; i += 1) {
    await clock.advance(MINUTE);
    activity.see(line);
  }
}

describe('the limit', () => {
  it('stops a build where nobody answers', async () => {
    const world = guarded();
    await busy(world, 44);
    expect(world.guard.signal.aborted).toBe(false);
    await world.clock.advance(MINUTE + 1_000);
    expect(world.guard.signal.reason).toBeInstanceOf(OutOfTime);
    expect(world.guard.signal.reason).toMatchObject({ kind: 'limit' });
  });

  it('asks a person, with what is moving, and gives the same time again', async () => {
    const asked: string[] = [];
    const world = guarded({
      limitMs: 2 * MINUTE,
      goOn: async (text) => {
        asked.push(text);
        return asked.length === 1;
      },
    });
    await busy(world, 1);
    for (let second = 0; second <= 60; second += 1) {
      await world.clock.advance(1_000);
      world.activity.see(bytes((second + 1) * 6e6));
    }
    expect(asked).toEqual([
      'The build takes longer than 2 m 00 s, still moving at 6.0 MB/s. Go on?',
    ]);
    expect(world.guard.signal.aborted).toBe(false);
    await busy(world, 3);
    expect(asked).toHaveLength(2);
    expect(world.guard.signal.reason).toMatchObject({ kind: 'limit' });
  });

  it('withdraws its question when the build ends first', async () => {
    let over: AbortSignal | undefined;
    const world = guarded({
      limitMs: MINUTE,
      goOn: (_text, signal) => {
        over = signal;
        return new Promise(() => {});
      },
    });
    await world.clock.advance(MINUTE + 1_000);
    expect(over?.aborted).toBe(false);
    world.guard.stop();
    expect(over?.aborted).toBe(true);
    expect(world.guard.signal.aborted).toBe(false);
  });
});

describe('a build that stands still', () => {
  it('is stopped after five minutes without a line, a byte or CPU', async () => {
    const world = guarded();
    await busy(world, 3);
    await world.clock.advance(4 * MINUTE);
    expect(world.guard.signal.aborted).toBe(false);
    await world.clock.advance(MINUTE + 2_000);
    expect(world.guard.signal.reason).toMatchObject({ kind: 'stall' });
  });

  it('is not one that compiles in silence', async () => {
    const clock = new TestClock();
    const activity = new BuildActivity(clock);
    const options = { clock, activity, limitMs: 90 * MINUTE, stallMs: 5 * MINUTE, goOn: null };
    const guard = guardTime({ ...options, cpuMs: () => clock.monotonicMs() * 3 });
    await clock.advance(30 * MINUTE);
    expect(guard.signal.aborted).toBe(false);
    guard.stop();
  });

  it('is not said of an engine whose CPU cannot be seen', async () => {
    const world = guarded({ cpuMs: () => null });
    await world.clock.advance(30 * MINUTE);
    expect(world.guard.signal.aborted).toBe(false);
    world.guard.stop();
  });

  it('does not count a progress that is told again and again without moving', async () => {
    const world = guarded();
    for (let minute = 0; minute < 6; minute += 1) {
      world.activity.see(bytes(500));
      await world.clock.advance(MINUTE);
    }
    expect(world.guard.signal.reason).toMatchObject({ kind: 'stall' });
  });
});
