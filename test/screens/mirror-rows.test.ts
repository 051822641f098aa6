import { describe, expect, test } from 'vitest';
import { fastest, mirrorRows } from '../../screens/choices/mirror-rows.ts';
import type { Measured } from '../../src/machine/network.ts';

const place = (
  kind: Measured['kind'],
  name: string,
  bytesPerSecond: number | null,
  more: Partial<Measured> = {},
): Measured => ({
  kind,
  name,
  origin: false,
  value: `https://${name}`,
  bytesPerSecond,
  answerMs: 100,
  problem: null,
  ...more,
});

const measured = [
  place('hub', 'huggingface.co', 300_000, { origin: true }),
  place('hub', 'hf-mirror.com', 11_000_000),
  place('git', 'github.com', 20_000_000, { origin: true }),
  place('git', 'slow.example', 1_000_000),
  place('apt', 'dead.example', null, { problem: 'ENOTFOUND' }),
];

describe('the table of mirrors', () => {
  test('the fastest of each kind is taken, an origin is none', () => {
    expect(fastest(measured)).toEqual({ hub: 'https://hf-mirror.com' });
  });

  test('where nothing came, what was chosen stays', () => {
    expect(fastest(measured, { apt: 'https://mine.example' })).toEqual({
      hub: 'https://hf-mirror.com',
      apt: 'https://mine.example',
    });
  });

  test('says what was measured and which is used', () => {
    const rows = mirrorRows(measured, { hub: 'https://hf-mirror.com' });
    expect(rows.map(({ name, speed, inUse }) => [name, speed, inUse])).toEqual([
      ['dead.example', 'nothing came: ENOTFOUND', false],
      ['huggingface.co', '300 kB/s', false],
      ['hf-mirror.com', '11 MB/s', true],
      ['github.com', '20 MB/s', true],
      ['slow.example', '1.0 MB/s', false],
    ]);
  });
});
