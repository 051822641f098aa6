import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { EventBody } from '../../../src/contract/events.ts';
import { readStepTimes } from '../../../src/pipeline/step-history.ts';
import { writeRunRecord } from '../../../src/runner/run-record.ts';

let runs: string;
beforeEach(() => {
  runs = mkdtempSync(join(tmpdir(), 'sd-step-history-'));
});
afterEach(() => rmSync(runs, { recursive: true, force: true }));

const vertex = (name: string, ms: number, cached = false): EventBody => ({
  type: 'build.vertex',
  id: name,
  name,
  state: 'done',
  cached,
  ms,
});

/** The folder of a run that has ended: its process is gone. */
async function ranBefore(id: string, recipe: string, events: readonly EventBody[]): Promise<void> {
  const dir = join(runs, id);
  mkdirSync(dir, { recursive: true });
  const startedAt = '2026-11-24T14:00:00.000Z';
  const lines = events.map((body) => JSON.stringify({ v: 1, at: startedAt, ...body }));
  writeFileSync(join(dir, 'events.ndjson'), `${lines.join('\n')}\n{"v":1,"type":"build.ver`);
  const ended = { pid: 2 ** 22, pidStartedAt: '1', startedAt, profile: null, planDigest: null };
  await writeRunRecord(dir, { id, recipe, choices: {}, ...ended });
}

const torch = '[python 2/4] RUN --mount=type=cache,target=/c uv pip install torch==2.8.0';

test('what steps took before, the shortest and the longest, by what a person reads of them', async () => {
  await ranBefore('20261120-100000-aaaa', 'steadydancer', [
    vertex(torch, 200_000),
    // Its output may speak of vertexes: it is no end of a step.
    { type: 'build.log', vertex: torch, stream: 1, text: '"build.vertex" done' },
    vertex('exporting to image', 90_000),
  ]);
  await ranBefore('20261121-100000-bbbb', 'steadydancer', [
    vertex(torch, 150_000),
    vertex('exporting to image', 1_000, true),
  ]);
  expect(await readStepTimes(runs, 'steadydancer')).toEqual(
    new Map([
      ['python: uv pip install torch==2.8.0', { lowMs: 150_000, highMs: 200_000 }],
      ['exporting to image', { lowMs: 90_000, highMs: 90_000 }],
    ]),
  );
});

test('another recipe says nothing, nor does the run itself', async () => {
  await ranBefore('20261120-100000-aaaa', 'rehearsal', [vertex(torch, 1_000)]);
  await ranBefore('20261121-100000-bbbb', 'steadydancer', [vertex(torch, 150_000)]);
  expect(await readStepTimes(runs, 'steadydancer', '20261121-100000-bbbb')).toEqual(new Map());
  expect((await readStepTimes(runs, 'steadydancer')).size).toBe(1);
});
