import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LogBound } from '../../../src/build/log-bound.ts';
import type { EventBody } from '../../../src/contract/events.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function world(options: ConstructorParameters<typeof LogBound>[2] = {}) {
  const events: EventBody[] = [];
  const clock = { monotonicMs: () => Date.now() };
  const bound = new LogBound((event) => void events.push(event), clock, options);
  const line = (text: string, vertex = 'v') =>
    bound.emit({ type: 'build.log', vertex, stream: 1, text });
  const texts = () => events.flatMap((event) => (event.type === 'build.log' ? [event.text] : []));
  return { events, bound, line, texts };
}

describe('lines for the journal', () => {
  it('pass as they are at the pace of a build', () => {
    const { line, texts } = world();
    for (let i = 0; i < 1_000; i += 1) line(`line ${i}`);
    expect(texts()).toHaveLength(1_000);
  });

  it('are bounded when a step prints without end: the last ones come, the rest is said', () => {
    const { bound, line, texts } = world({ burstChars: 10_000, charsPerSecond: 0, heldLines: 20 });
    for (let i = 0; i < 100_000; i += 1) line(`line ${i}`);
    const before = texts().length;
    expect(before).toBeLessThan(70);
    bound.emit({ type: 'build.vertex', id: 'v', name: 'x', state: 'done', cached: false });
    const after = texts().slice(before);
    expect(after).toHaveLength(21);
    expect(after[0]).toBe(`… ${100_000 - before - 20} lines came too fast: they are in build.log`);
    expect(after.at(-1)).toBe('line 99999');
  });

  it('come by themselves once there is room, in their order', () => {
    const { line, texts } = world({ burstChars: 400, charsPerSecond: 400, heldLines: 2 });
    for (let i = 0; i < 10; i += 1) line(`line ${i}`);
    expect(texts()).toEqual(['line 0', 'line 1']);
    vi.advanceTimersByTime(1_500);
    expect(texts().slice(2)).toEqual([
      '… 6 lines came too fast: they are in build.log',
      'line 8',
      'line 9',
    ]);
    vi.advanceTimersByTime(2_000);
    line('later');
    expect(texts().at(-1)).toBe('later');
  });

  it('of one step do not cost another its last words', () => {
    const { bound, line, texts } = world({ burstChars: 500, charsPerSecond: 0, heldLines: 3 });
    for (let i = 0; i < 100; i += 1) line(`loud ${i}`, 'loud');
    line('error: quiet', 'quiet');
    bound.flush();
    expect(texts()).toContain('error: quiet');
    expect(texts()).toContain('loud 99');
    expect(texts()).not.toContain('loud 50');
  });

  it('say that the engine itself cut a step', () => {
    const { events, line } = world();
    line('[output clipped, log limit 2MiB reached]');
    expect(events[0]).toMatchObject({ type: 'build.warning', vertex: 'v' });
    expect(events[0]).toHaveProperty('text', expect.stringContaining('2MiB'));
  });
});
