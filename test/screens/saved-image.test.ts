import { expect, test } from 'vitest';
import { lineText } from '../../screens/kit/row.tsx';
import { themeFor } from '../../screens/kit/theme.ts';
import { nextLines } from '../../screens/report/next-lines.ts';
import { summaryLines } from '../../screens/summary.ts';
import type { Event } from '../../src/contract/events.ts';
import { replay } from '../../src/pipeline/reducer.ts';
import { realRun } from './data/real-run.ts';

const saved = '/home/mia/steadydancer/output/steadydancer-8c1f03a28c1f.tar.zst';
const run = replay(
  realRun.map((event): Event => {
    if (event.type !== 'result') return event;
    const outputs = [{ path: saved, bytes: 6_100_000_000, mime: 'application/zstd' }];
    return { ...event, container: null, url: null, smoke: [], outputs };
  }),
);

test('an image that was saved is no video, and is carried on, not started tomorrow', () => {
  const next = nextLines(run, null, false, 100, themeFor({ LANG: 'C.UTF-8' })).map(lineText);
  expect(next.join('\n')).toContain('steadydancer profiles import steadydancer-8c1f03a28c1f.json');
  expect(next.join('\n')).not.toMatch(/tomorrow|dance photo/);
  const summary = summaryLines(run, '20261124-140000-7f3a', 'finished').join('\n');
  expect(summary).toContain(`Image file: ${saved}`);
  expect(summary).not.toContain('Videos');
});
