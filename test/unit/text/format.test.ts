import { describe, expect, it } from 'vitest';
import {
  formatBytes,
  formatDuration,
  formatMemory,
  formatMemoryTotal,
  formatMinutes,
  formatOf,
  formatRate,
  formatRatePerMinute,
} from '../../../src/text/format.ts';

describe('format', () => {
  it.each([
    [0, '0 B'],
    [716, '716 B'],
    [35_000, '35 kB'],
    [999_499, '999 kB'],
    [999_500, '1.0 MB'],
    [132e6, '132 MB'],
    [999.4e6, '999 MB'],
    [28.7e9, '28.7 GB'],
    [1204e9, '1,204 GB'],
    [-3.1e9, '-3.1 GB'],
  ])('%d bytes are %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));

  it('shows memory as on the box', () => {
    expect(formatMemory(24 * 2 ** 30)).toBe('24 GB');
    expect(formatMemory(22.4 * 2 ** 30)).toBe('22.4 GB');
    expect(formatMemory(512 * 2 ** 20)).toBe('512 MB');
    // nvidia-smi: an RTX 4090 has 24,564 MiB, an RTX 3060 12,288, an H100 81,559.
    expect(formatMemoryTotal(24_564 * 2 ** 20)).toBe('24 GB');
    expect(formatMemoryTotal(12_288 * 2 ** 20)).toBe('12 GB');
    expect(formatMemoryTotal(81_559 * 2 ** 20)).toBe('80 GB');
  });

  it.each([
    [400, '0.4 s'],
    [9_949, '9.9 s'],
    [9_950, '10 s'],
    [21_000, '21 s'],
    [59_499, '59 s'],
    [59_500, '1 m 00 s'],
    [2_294_000, '38 m 14 s'],
    [7_500_000, '2 h 05 m'],
    [-5, '0.0 s'],
  ])('%d ms are %s', (ms, text) => expect(formatDuration(ms)).toBe(text));

  it('shows ranges, rates and parts', () => {
    expect(formatMinutes({ low: 14, high: 20 })).toBe('14-20 min');
    expect(formatMinutes({ low: 0.2, high: 1 })).toBe('1 min');
    expect(formatRate(85e6)).toBe('85 MB/s');
    expect(formatRatePerMinute(2.3e9 / 60)).toBe('2.3 GB/min');
    expect(formatOf(1.9e9, 3.9e9)).toBe('1.9 of 3.9 GB');
  });
});
