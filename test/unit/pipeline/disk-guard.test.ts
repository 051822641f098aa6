import { describe, expect, it } from 'vitest';
import type { EventBody } from '../../../src/contract/events.ts';
import type { DiskFact } from '../../../src/machine/types.ts';
import { DiskGuard, ReserveReached } from '../../../src/pipeline/disk-guard.ts';
import { FreeSpaceRecord } from '../../../src/pipeline/disk-rate.ts';
import { type WatchedDisk, watchDisk } from '../../../src/pipeline/disk-watch.ts';
import { DownloadPauses } from '../../../src/pipeline/download-pauses.ts';
import { TestClock } from './test-clock.ts';

const GB = 1e9;

/** A disk whose samples come one a second. */
function disk(name = '/', places: WatchedDisk['places'] = ['docker', 'models']) {
  let atMs = 0;
  const watched: WatchedDisk = {
    name,
    places,
    freeBytes: 0,
    totalBytes: 500 * GB,
    record: new FreeSpaceRecord(),
  };
  return {
    watched,
    at(freeBytes: number): WatchedDisk {
      watched.freeBytes = freeBytes;
      watched.record.add({ atMs, freeBytes });
      atMs += 1_000;
      return watched;
    },
  };
}

function guarded(reserveBytes?: number) {
  const valve = { calls: [] as string[] };
  const pauses = new DownloadPauses({
    pause: () => valve.calls.push('pause'),
    resume: () => valve.calls.push('resume'),
  });
  const told: { text: string; over: AbortSignal }[] = [];
  const onLow = (text: string, _disk: WatchedDisk, over: AbortSignal) => told.push({ text, over });
  return { guard: new DiskGuard({ reserveBytes, pauses, onLow }), pauses, valve, told };
}

describe('free space over time', () => {
  it('says nothing of a rate or an end below two samples', () => {
    const record = new FreeSpaceRecord();
    record.add({ atMs: 0, freeBytes: 10 * GB });
    expect(record.bytesPerSecond).toBe(0);
    expect(record.fullInSeconds).toBeNull();
  });

  it('has rate, forecast and the fastest write', () => {
    const record = new FreeSpaceRecord();
    for (const [atMs, free] of [
      [0, 10],
      [1_000, 9.9],
      [2_000, 8.9],
      [3_000, 8.8],
    ] as const) {
      record.add({ atMs, freeBytes: free * GB });
    }
    expect(record.bytesPerSecond).toBeCloseTo(0.4 * GB, -3);
    expect(record.fullInSeconds).toBeCloseTo(22, 1);
    expect(record.fastestBytesPerSecond).toBeCloseTo(1 * GB, -3);
    expect(record.startBytes).toBe(10 * GB);
  });

  it('makes no forecast of noise, nor while space comes back', () => {
    const slow = new FreeSpaceRecord();
    slow.add({ atMs: 0, freeBytes: 10 * GB });
    slow.add({ atMs: 1_000, freeBytes: 10 * GB - 4_096 });
    expect(slow.fullInSeconds).toBeNull();
    const freed = new FreeSpaceRecord();
    freed.add({ atMs: 0, freeBytes: GB });
    freed.add({ atMs: 1_000, freeBytes: 3 * GB });
    expect(freed.bytesPerSecond).toBe(-2 * GB);
    expect(freed.fullInSeconds).toBeNull();
  });
});

describe('the guard', () => {
  it('keeps 2 GB and what the fastest write does in 5 s, or what is named', () => {
    const { at, watched } = disk();
    at(10 * GB);
    at(9.4 * GB);
    expect(guarded().guard.reserveOf(watched)).toBeCloseTo(5 * GB, -3);
    expect(guarded(1 * GB).guard.reserveOf(watched)).toBe(1 * GB);
  });

  it('pauses downloads first, then stops the build', () => {
    const { guard, valve, told } = guarded(4 * GB);
    const { at } = disk();
    const build = guard.begin(['docker']);
    guard.see(at(6 * GB));
    expect(valve.calls).toEqual([]);
    guard.see(at(4.9 * GB));
    guard.see(at(4.8 * GB));
    expect(valve.calls).toEqual(['pause']);
    expect(build.signal.aborted).toBe(false);
    expect(told.map(({ text }) => text)).toHaveLength(1);
    expect(told[0]?.text).toContain(
      'Disk / is filling up: 4.9 GB free, full in about 4.5 s at 66.0 GB/min.',
    );
    expect(told[0]?.text).toContain('At 4.0 GB free the build stops itself');
    guard.see(at(4 * GB));
    expect(build.signal.reason).toBeInstanceOf(ReserveReached);
    expect(build.signal.reason.disk).toMatchObject({ name: '/', freeBytes: 4 * GB });
  });

  it('pauses in time where a disk falls faster than any margin', () => {
    const { guard, valve } = guarded(0.4 * GB);
    const { at } = disk();
    const build = guard.begin(['docker']);
    guard.see(at(3 * GB));
    guard.see(at(2.8 * GB));
    expect(valve.calls).toEqual(['pause']);
    expect(build.signal.aborted).toBe(false);
  });

  it('lets them go on when there is space again, or nothing is built any more', () => {
    const { guard, valve, told } = guarded(4 * GB);
    const { at } = disk();
    const build = guard.begin(['docker']);
    guard.see(at(4.5 * GB));
    guard.see(at(5.2 * GB));
    expect(valve.calls).toEqual(['pause']);
    guard.see(at(6 * GB));
    expect(valve.calls).toEqual(['pause', 'resume']);
    expect(told[0]?.over.aborted).toBe(true);
    guard.see(at(4.5 * GB));
    build.end();
    expect(valve.calls).toEqual(['pause', 'resume', 'pause', 'resume']);
  });

  it('never pauses downloads for themselves, and stops them at the reserve', () => {
    const { guard, valve } = guarded(4 * GB);
    const { at } = disk();
    const downloads = guard.begin(['models'], 'download');
    guard.see(at(4.5 * GB));
    expect(valve.calls).toEqual([]);
    guard.see(at(3.9 * GB));
    expect(downloads.signal.aborted).toBe(true);
  });

  it('leaves alone who writes elsewhere, and who was told to go on', () => {
    const { guard } = guarded(4 * GB);
    const other = guard.begin(['docker']);
    guard.see(disk('/data', ['models']).at(1 * GB));
    expect(other.signal.aborted).toBe(false);
    guard.ignore();
    guard.see(disk().at(1 * GB));
    expect(other.signal.aborted).toBe(false);
  });

  it('does not undo what a person paused', () => {
    const { guard, pauses, valve } = guarded(4 * GB);
    const { at } = disk();
    guard.begin(['docker']);
    pauses.pause('person');
    guard.see(at(4.5 * GB));
    guard.see(at(9 * GB));
    expect(valve.calls).toEqual(['pause']);
    pauses.resume('person');
    expect(valve.calls).toEqual(['pause', 'resume']);
  });
});

describe('the watch', () => {
  const fact = (place: DiskFact['place'], filesystem: string | null, freeBytes: number | null) =>
    ({
      place,
      path: `/nonexistent-${place}`,
      filesystem,
      freeBytes,
      totalBytes: freeBytes === null ? null : 100 * GB,
      freeInodes: null,
      writable: true,
    }) satisfies DiskFact;

  it('looks at each filesystem once, tells each place, and forecasts from the second sample on', async () => {
    const clock = new TestClock();
    const events: EventBody[] = [];
    const looked: string[] = [];
    let free = 50 * GB;
    const watch = watchDisk(
      [
        fact('docker', 'a', 1),
        fact('models', 'a', 1),
        fact('output', 'b', 1),
        fact('temp', null, null),
      ],
      clock,
      (event) => events.push(event),
      undefined,
      async ({ place, filesystem }) => {
        looked.push(place);
        return { free: filesystem === 'a' ? free : 9 * GB, total: 100 * GB };
      },
    );
    await clock.settle();
    free -= GB;
    await clock.advance(1_000);
    watch.stop();
    expect(looked).toEqual(['docker', 'output', 'docker', 'output']);
    const told = events.map((event) => (event.type === 'disk' ? event : null));
    expect(told.map((event) => event?.place)).toEqual([
      ...['docker', 'models', 'output'],
      ...['docker', 'models'],
    ]);
    expect(told[0]?.fullInSeconds).toBeUndefined();
    expect(told[3]).toMatchObject({ bytesPerSecond: GB, fullInSeconds: 49 });
  });
});
