import { describe, expect, it } from 'vitest';
import type { CleanItem } from '../../../../src/contract/clean.ts';
import { limitOfInspect } from '../../../../src/troubleshoot/fixes/cache-limit.ts';
import { freeSpaceOffers } from '../../../../src/troubleshoot/fixes/free-space-offers.ts';

const GB = 1e9;
const item = (kind: CleanItem['kind'], gigabytes: number, name = 'x'): CleanItem => ({
  kind,
  id: name,
  name,
  bytes: gigabytes * GB,
  lastUsedAt: null,
  ours: false,
  consequence: '',
});
const again = { minutes: { low: 3, high: 5 }, basis: 'the last build here' };
const offers = (items: CleanItem[], neededGigabytes: number) =>
  freeSpaceOffers({ items, imageRef: 'steadydancer:abc' }, neededGigabytes * GB, again, 'studio');

describe('what makes room', () => {
  const items = [
    item('cache', 14.2),
    item('images', 6, 'old:1'),
    item('images', 5.6, 'old:2'),
    item('images', 9, 'steadydancer:abc-dependencies'),
    item('runs', 0.001),
  ];

  it('is offered with its GB and minutes, the most first, and never what the run stands on', () => {
    const fixes = offers(items, 3);
    expect(fixes.map(({ label }) => label)).toEqual([
      'Remove build cache that this image does not use (14.2 GB)',
      'Remove 2 images that no container uses (11.6 GB)',
      'I have made space: check and continue',
    ]);
    expect(fixes[0]).toMatchObject({
      command: 'steadydancer clean --cache',
      applies: 'prune-build-cache',
      freesBytes: 14.2 * GB,
      readyAgain: again,
    });
    expect(fixes.at(-1)).toMatchObject({
      command: 'steadydancer run --profile studio',
      applies: 'retry',
    });
  });

  it('is not offered alone where it is not enough, and together where that is', () => {
    expect(offers(items, 12).map(({ freesBytes }) => freesBytes)).toEqual([14.2 * GB, undefined]);
    expect(offers(items, 20)[0]).toMatchObject({
      command: 'steadydancer clean --cache --images',
      freesBytes: 25.8 * GB,
    });
    expect(offers(items, 30).map(({ applies }) => applies)).toEqual(['retry']);
  });
});

describe("the builder's own limit", () => {
  const rules = (last: string) =>
    `Name: default\nDriver: docker\n\nNodes:\nGC Policy rule#0:\n All: false\n Keep Bytes: 2.764GB\nGC Policy rule#1:\n All: true\n${last}\n`;

  it.each([
    [' Keep Bytes: 20GB', 20e9],
    [' Keep Bytes:    18.63GiB', Math.round(18.63 * 2 ** 30)],
    [' Reserved Space: 9.313GiB\n Max Used Space: 74.51GiB', Math.round(74.51 * 2 ** 30)],
    // A full disk is below any minimum of free space.
    [' Reserved Space: 10GB\n Max Used Space: 80GB\n Min Free Space: 20GB', 10e9],
    ['', null],
  ])('is the last rule that buildx shows: %j', (last, bytes) => {
    expect(limitOfInspect(rules(last))).toBe(bytes);
  });

  it('is unknown where no rule is listed', () => {
    expect(limitOfInspect('Name: default\nDriver: docker\nStatus: running\n')).toBeNull();
  });
});
