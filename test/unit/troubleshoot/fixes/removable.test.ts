import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { limitOf } from '../../../../src/troubleshoot/fixes/cache-limit.ts';
import { usageOf } from '../../../../src/troubleshoot/fixes/engine-usage.ts';
import { removable, removeItems } from '../../../../src/troubleshoot/fixes/free-space.ts';
import {
  removableCache,
  removableContainers,
  removableImages,
} from '../../../../src/troubleshoot/fixes/removable.ts';

const record = (ID: string, more: object = {}) => ({
  ID,
  InUse: false,
  Shared: false,
  Size: 1e9,
  CreatedAt: '2026-11-01T10:00:00Z',
  LastUsedAt: '2026-11-01T10:00:00Z',
  ...more,
});

describe('build cache', () => {
  const usage = usageOf({
    BuildCache: [
      record('old', { Size: 6e9, Description: 'RUN pip install\u0007 torch' }),
      record('base', { Parent: '' }),
      record('mine', { Parents: ['base'], LastUsedAt: '2026-11-24T14:31:10Z', Size: 3e9 }),
      record('shared', { Shared: true }),
      record('busy', { InUse: true }),
      record('never-used', { LastUsedAt: null, Size: 7e9 }),
    ],
  });

  it('of the run that is to go on is kept, with what it stands on', () => {
    const { items, keptBytes } = removableCache(usage.cache, new Date('2026-11-24T14:31:00Z'));
    expect(items.map(({ id }) => id)).toEqual(['never-used', 'old']);
    expect(keptBytes).toBe(5e9);
    expect(items[1]).toMatchObject({
      name: 'RUN pip install torch',
      bytes: 6e9,
      lastUsedAt: '2026-11-01T10:00:00.000Z',
    });
  });

  it('can all go when the last run ended well; what frees nothing is not offered', () => {
    const { items } = removableCache(usage.cache, null);
    expect(items.map(({ id }) => id).sort()).toEqual(['base', 'mine', 'never-used', 'old']);
  });
});

describe('images and containers', () => {
  const image = (Id: string, more: object) => ({
    Id,
    RepoTags: [`${Id}:1`],
    Created: 1_795_000_000,
    Size: 2e9,
    SharedSize: 0.5e9,
    Containers: 0,
    ...more,
  });
  const container = (Id: string, Status: string, State = 'exited', Labels = OURS) => ({
    Id,
    Names: [`/${Id}`],
    Labels,
    State,
    Status,
    Created: 1_795_000_000,
  });
  const OURS = { 'io.steadydancer.role': 'rehearsal' } as Record<string, string>;
  const usage = usageOf({
    Images: [
      image('other', { Size: 9e9 }),
      image('ours', { Labels: { 'io.steadydancer.plan': 'x' } }),
      image('used', { Containers: 1 }),
      image('unnamed', { RepoTags: ['<none>:<none>'], SharedSize: -1 }),
    ],
    Containers: [
      container('broke', 'Exited (1) 3 days ago'),
      container('stopped', 'Exited (143) 3 days ago'),
      container('runs', 'Up 2 hours', 'running'),
      container('theirs', 'Exited (1) 3 days ago', 'exited', {}),
      container('never-started', 'Created', 'created'),
    ],
  });

  it('are ours first, and never one that a container uses', () => {
    const items = removableImages(usage.images);
    expect(items.map(({ name }) => name)).toEqual(['ours:1', 'other:1', 'unnamed (no name)']);
    expect(items.map(({ bytes }) => bytes)).toEqual([1.5e9, 8.5e9, 2e9]);
  });

  it('are only ours that broke: one that was stopped can be started again', () => {
    const ids = removableContainers(usage.containers).map(({ id }) => id);
    expect(ids.sort()).toEqual(['broke', 'never-started']);
  });
});

describe('older runs', () => {
  it('go without their test videos; the newest five stay', async () => {
    const home = mkdtempSync(join(tmpdir(), 'sd-clean-'));
    onTestFinished(() => rmSync(home, { recursive: true, force: true }));
    const runs = join(home, 'runs');
    for (let day = 1; day <= 7; day += 1) {
      const id = `2026110${day}-120000-aaaa`;
      mkdirSync(join(runs, id, 'outputs'), { recursive: true });
      const startedAt = `2026-11-0${day}T12:00:00.000Z`;
      const record = { id, pid: 2 ** 22 + 1, pidStartedAt: null, startedAt, profile: 'p' };
      const rest = { recipe: 'custom', planDigest: null, choices: {} };
      writeFileSync(join(runs, id, 'run.json'), JSON.stringify({ ...record, ...rest }));
      writeFileSync(join(runs, id, 'events.ndjson'), 'x'.repeat(10_000));
    }
    writeFileSync(join(runs, '20261101-120000-aaaa', 'outputs', 'dance.mp4'), 'video');
    const { items } = await removable(null, runs, ['runs', 'contexts']);
    expect(items.map(({ name }) => name)).toEqual([
      'run 20261102-120000-aaaa (p)',
      'run 20261101-120000-aaaa (p)',
    ]);
    expect(items[0]?.bytes).toBeGreaterThanOrEqual(10_000);
    const { removed, failed } = await removeItems(null, items, new AbortController().signal);
    expect([removed.length, failed.length]).toEqual([2, 0]);
    expect(readdirSync(runs)).toHaveLength(6);
    expect(readdirSync(join(runs, '20261101-120000-aaaa'))).toEqual(['outputs']);
  });
});

it.each([
  ['{"builder":{"gc":{"enabled":true,"defaultKeepStorage":"20GB"}}}', 20 * 2 ** 30],
  ['{"builder":{"gc":{"defaultMaxUsedSpace":"512MB"}}}', 512 * 2 ** 20],
  [
    '{"builder":{"gc":{"policy":[{"keepStorage":"1GB"},{"all":true,"keepStorage":"7.5GB"}]}}}',
    7.5 * 2 ** 30,
  ],
  ['{"builder":{"gc":{"enabled":false,"defaultKeepStorage":"20GB"}}}', null],
  ['{"builder":{"gc":{"enabled":true}}}', null],
  ['{"log-driver":"journald"}', null],
  ['not json', null],
])('the cache limit of %s is %s', (text, bytes) => {
  expect(limitOf(text)).toBe(bytes);
});
