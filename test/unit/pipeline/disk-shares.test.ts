import { describe, expect, it } from 'vitest';
import type { SolveEvent } from '../../../src/build/types.ts';
import {
  diskAtEnd,
  diskFigures,
  keptSentence,
  needSentence,
} from '../../../src/pipeline/disk-figures.ts';
import { plannedBytes } from '../../../src/pipeline/disk-guard-run.ts';
import { FreeSpaceRecord } from '../../../src/pipeline/disk-rate.ts';
import { DiskShares } from '../../../src/pipeline/disk-shares.ts';
import type { WatchedDisk } from '../../../src/pipeline/disk-watch.ts';
import { writersSentence, writtenAtEnd } from '../../../src/pipeline/disk-written.ts';
import { storeBytesOf } from '../../../src/pipeline/engine-store.ts';
import { DownloadedBytes } from '../../../src/pipeline/free-space-use.ts';
import { readyAgain } from '../../../src/pipeline/ready-again.ts';
import { TestClock } from './test-clock.ts';

const GB = 1e9;

/** A disk of 100 GB free, an engine whose store is told, a plan of 67.2 GB. */
function world(places: WatchedDisk['places'] = ['docker', 'models']) {
  const clock = new TestClock();
  const disk: WatchedDisk = {
    name: '/',
    places,
    freeBytes: 100 * GB,
    totalBytes: 468 * GB,
    record: new FreeSpaceRecord(),
  };
  const engine = { bytes: (40 * GB) as number | null, asked: 0 };
  const downloads = { bytes: 0 };
  const shares = new DiskShares({
    clock,
    since: clock.now(),
    store: async () => {
      engine.asked += 1;
      return engine.bytes;
    },
    besides: () => downloads.bytes,
    planned: () => 67.2 * GB,
  });
  /** Seconds go by, a sample each. */
  const seconds = async (count: number) => {
    for (let second = 0; second < count; second += 1) {
      disk.record.add({ atMs: clock.monotonicMs(), freeBytes: disk.freeBytes });
      shares.see(disk);
      await clock.advance(1_000);
    }
  };
  return { clock, disk, engine, downloads, shares, seconds };
}

const step = (digest: string, completed = false): SolveEvent => ({
  type: 'status',
  status: {
    vertexes: [{ digest, name: digest, started: 't', ...(completed ? { completed: 't' } : {}) }],
  },
});

describe('this run and others', () => {
  it('are told apart at the end of each step; what a running one wrote is open', async () => {
    const { disk, engine, downloads, shares, seconds } = world();
    await seconds(2);
    expect(shares.of(disk)).toMatchObject({ runBytes: 0, openBytes: 0, otherBytes: 0 });
    const build = shares.begin();
    build.see(step('a'));
    disk.freeBytes -= 5 * GB;
    await seconds(10);
    expect(shares.of(disk)).toMatchObject({ runBytes: 0, openBytes: 5 * GB, otherBytes: 0 });
    // The step ends: 3 of the 5 GB were its own.
    engine.bytes = 43 * GB;
    build.see(step('a', true));
    build.see(step('b'));
    await seconds(2);
    expect(shares.of(disk)).toMatchObject({ runBytes: 3 * GB, openBytes: 0, otherBytes: 2 * GB });
    downloads.bytes = 4 * GB;
    disk.freeBytes -= 4.5 * GB;
    await seconds(5);
    expect(shares.of(disk)).toMatchObject({
      runBytes: 7 * GB,
      openBytes: 0.5 * GB,
      otherBytes: 2 * GB,
      plannedBytes: 67.2 * GB,
    });
  });

  it('blames nobody for what a step beside the one that ended may have written', async () => {
    const { disk, engine, shares, seconds } = world();
    await seconds(2);
    const build = shares.begin();
    build.see(step('long'));
    build.see(step('short'));
    disk.freeBytes -= 6 * GB;
    await seconds(10);
    engine.bytes = 41 * GB;
    build.see(step('short', true));
    await seconds(10);
    expect(shares.of(disk)).toMatchObject({ otherBytes: 0, openBytes: 6 * GB });
    engine.bytes = 46 * GB;
    build.see(step('long', true));
    await seconds(2);
    expect(shares.of(disk)).toMatchObject({ runBytes: 6 * GB, otherBytes: 0, openBytes: 0 });
  });

  it('others that make room are no longer blamed', async () => {
    const { disk, shares, seconds } = world();
    await seconds(2);
    disk.freeBytes -= 8 * GB;
    await seconds(40);
    expect(shares.of(disk)).toMatchObject({ otherBytes: 8 * GB });
    disk.freeBytes += 7 * GB;
    expect(shares.of(disk)).toMatchObject({ otherBytes: 1 * GB, openBytes: 0 });
  });

  it('are not told where the engine does not say, and always where it has no part', async () => {
    const mute = world();
    mute.engine.bytes = null;
    await mute.seconds(3);
    expect(mute.shares.of(mute.disk)).toBeUndefined();
    const folder = world(['models']);
    folder.disk.freeBytes -= 3 * GB;
    folder.downloads.bytes = 2 * GB;
    await folder.seconds(1);
    folder.disk.freeBytes -= 1 * GB;
    await folder.seconds(1);
    expect(folder.engine.asked).toBe(0);
    // It began to look at 97 GB free, when 2 of them were there already.
    expect(folder.shares.of(folder.disk)).toMatchObject({ runBytes: 2 * GB, otherBytes: -1 * GB });
  });

  it('asks the engine between steps and seldom otherwise', async () => {
    const { engine, shares, seconds } = world();
    await seconds(2);
    const build = shares.begin();
    build.see(step('a'));
    await seconds(300);
    expect(engine.asked).toBe(1);
    build.end();
    await seconds(61);
    expect(engine.asked).toBeLessThan(6);
  });

  it('an image that an export makes of cache is no growth', () => {
    const record = (Size: number, Shared: boolean) => ({ Size, Shared });
    const before = storeBytesOf({ LayersSize: 1 * GB, BuildCache: [record(3 * GB, false)] });
    const after = storeBytesOf({ LayersSize: 4 * GB, BuildCache: [record(3 * GB, true)] });
    expect(after).toBe(before);
  });

  it('counts what downloads brought in this run only', () => {
    const downloaded = new DownloadedBytes();
    const model = (file: string, bytes: number, state: 'downloading' | 'present') =>
      downloaded.see({ type: 'model', file, state, bytes, totalBytes: null, bytesPerSecond: 0 });
    model('a', 5 * GB, 'downloading');
    model('a', 7 * GB, 'downloading');
    model('b', 3 * GB, 'present');
    expect(downloaded.bytes).toBe(2 * GB);
  });
});

const since = new Date(2026, 10, 24, 14, 31).toISOString();
const written = { since, runBytes: 60 * GB, openBytes: 1.7 * GB, otherBytes: 16.2 * GB };

describe('the sentences', () => {
  it('while it fills (A6)', () => {
    expect(writersSentence({ ...written, plannedBytes: 67.2 * GB }, '/')).toBe(
      'This run is as planned; other programs wrote 16.2 GB to / since 14:31.',
    );
    expect(writersSentence({ ...written, otherBytes: 5e6, plannedBytes: 67.2 * GB }, '/')).toBe(
      'This run wrote 61.7 GB of its planned 67.2 GB.',
    );
    expect(writersSentence({ ...written, otherBytes: -3 * GB, plannedBytes: 60 * GB }, '/')).toBe(
      'This run wrote 61.7 GB, 1.7 GB more than planned.',
    );
    expect(writersSentence({ ...written, plannedBytes: null }, '/')).toBe(
      'This run wrote 61.7 GB; other programs wrote 16.2 GB to / since 14:31.',
    );
  });

  it('when it is over (A7)', () => {
    const record = new FreeSpaceRecord();
    record.add({ atMs: 0, freeBytes: 84 * GB });
    const disk = { name: '/', places: [], freeBytes: 0.2 * GB, totalBytes: 468 * GB, record };
    const end = diskAtEnd(disk);
    const last = { ...written, runBytes: 64.2 * GB, openBytes: 0, otherBytes: 19.6 * GB };
    const told = { ...last, plannedBytes: 67.2 * GB };
    expect(writtenAtEnd(told, end)).toBe(
      'Other programs wrote 19.6 GB to / since the start. This run used 64.2 GB of its planned 67.2 GB; the plan had left 16.8 GB spare.',
    );
    const figures = diskFigures(end, told, { done: 22, total: 24 }, 20 * GB);
    expect(figures).toMatchObject({ neededBytes: 3 * GB, spareBytes: 16.8 * GB });
    expect(needSentence(figures)).toBe('200 MB free, the last step needs 3.0 GB more.');
    expect(keptSentence(figures)).toBe(
      'Kept: 22 of 24 build steps; Docker keeps at most 20.0 GB of cache: retry soon, or the oldest go.',
    );
    expect(needSentence(diskFigures(end, undefined, { done: 0, total: 1 }, null))).toBe(
      '200 MB free.',
    );
  });

  it('a plan that does one after the other is not added up', () => {
    const plan = {
      disk: [
        { place: 'docker', freeBytes: null, peakBytes: 27 * GB, finalBytes: 17 * GB },
        { place: 'models', freeBytes: null, peakBytes: 28.7 * GB, finalBytes: 28.7 * GB },
      ],
      warnings: [{ code: 'disk-one-after-the-other', text: '' }],
    } as never;
    const choices = { recipe: 'steadydancer' } as never;
    expect(plannedBytes({ choices, plan }, ['docker', 'models'])).toBe(45.7 * GB);
    expect(plannedBytes({ choices, plan }, ['docker'])).toBe(27 * GB);
    expect(plannedBytes({ choices: { recipe: 'custom' } as never, plan }, ['docker'])).toBeNull();
  });
});

describe('minutes until it stands there again', () => {
  it('are what it took here before, less what is kept, never less than the stopped step', () => {
    const minute = 60_000;
    const again = readyAgain(
      { phaseMs: { image: [40 * minute, 30 * minute] } },
      36 * minute,
      2 * minute,
    );
    expect(again.minutes).toEqual({ low: 2, high: 6 });
    expect(again.basis).toContain('the last 2 builds here took 30 m 00 s to 40 m 00 s');
    expect(readyAgain({ phaseMs: {} }, 36 * minute, 2 * minute)).toMatchObject({
      minutes: { low: 2, high: 2 },
      basis: 'at least: the stopped step had run 2 m 00 s and starts again',
    });
  });
});
