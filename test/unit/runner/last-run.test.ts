import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lastRun, lastRunOfEach } from '../../../src/runner/last-run.ts';
import { processStartedAt } from '../../../src/runner/run-record.ts';
import { failedRun, rehearsalRun } from '../../fixtures/events/runs.ts';

let runs: string;
beforeEach(() => {
  runs = mkdtempSync(join(tmpdir(), 'sd-runs-'));
});
afterEach(() => rmSync(runs, { recursive: true, force: true }));

/** No process has this number: Linux counts to 2^22. */
const NOBODY = 4_194_305;

function put(id: string, events: readonly unknown[], record: object = {}): void {
  const dir = join(runs, id);
  mkdirSync(dir);
  const whole = {
    id,
    pid: NOBODY,
    pidStartedAt: null,
    startedAt: '2026-11-24T14:00:00.000Z',
    profile: 'evening',
    recipe: 'rehearsal',
    planDigest: null,
    choices: { recipe: 'rehearsal', port: 9000 },
    driver: '570.133',
    ...record,
  };
  writeFileSync(join(dir, 'run.json'), JSON.stringify(whole));
  const lines = events.map((event) => `${JSON.stringify(event)}\n`).join('');
  writeFileSync(join(dir, 'events.ndjson'), lines);
}

describe('the newest run', () => {
  it('is none where there is no folder, and where it holds none', () => {
    expect(lastRun(join(runs, 'nowhere'))).toBeNull();
    writeFileSync(join(runs, 'notes.txt'), 'x');
    expect(lastRun(runs)).toBeNull();
  });

  it('is told with its answers, its driver and its end', () => {
    put('20261123-140000-aaaa', failedRun);
    put('20261124-140000-bbbb', rehearsalRun);
    expect(lastRun(runs)).toMatchObject({
      id: '20261124-140000-bbbb',
      profile: 'evening',
      choices: { recipe: 'rehearsal', port: 9000 },
      state: 'ok',
      driver: '570.133',
    });
  });

  it('is not a candidate of update, whose container is gone', () => {
    put('20261123-140000-aaaa', rehearsalRun);
    put('20261124-140000-bbbb', rehearsalRun, { profile: 'evening-update' });
    const request = join(runs, '20261124-140000-bbbb', 'request.json');
    writeFileSync(request, JSON.stringify({ pins: { stack: 's', over: {}, commits: {} } }));
    expect(lastRun(runs)).toMatchObject({ id: '20261123-140000-aaaa', profile: 'evening' });
  });

  it('that failed has the sentence of its result', () => {
    put('20261124-140000-bbbb', failedRun);
    const { state, summary } = lastRun(runs) ?? {};
    expect(state).toBe('failed');
    expect(summary).toContain('.');
  });

  it('without a result was cut off, or goes on where its process lives', () => {
    put('20261124-140000-bbbb', failedRun.slice(0, 5));
    expect(lastRun(runs)?.state).toBe('cut');
    const me = { pid: process.pid, pidStartedAt: processStartedAt(process.pid) };
    put('20261124-150000-cccc', failedRun.slice(0, 5), me);
    expect(lastRun(runs)?.state).toBe('running');
  });

  it('passes over a folder whose record cannot be read', () => {
    put('20261123-140000-aaaa', rehearsalRun);
    put('20261124-140000-bbbb', [], { pid: 'none' });
    expect(lastRun(runs)?.id).toBe('20261123-140000-aaaa');
  });

  it('is found behind a journal of many megabytes, by its end alone', () => {
    const long = { v: 1, at: '2026-11-24T14:00:00.000Z', type: 'note', level: 'info' };
    const filler = Array.from({ length: 2_000 }, () => ({ ...long, text: 'x'.repeat(1_000) }));
    put('20261124-140000-bbbb', [...filler, ...rehearsalRun]);
    expect(lastRun(runs)?.state).toBe('ok');
  });
});

describe('the newest run of each profile', () => {
  it('is told by its name; runs without one belong to none', () => {
    put('20261121-140000-aaaa', rehearsalRun, { profile: 'morning' });
    put('20261122-140000-bbbb', rehearsalRun);
    put('20261123-140000-cccc', failedRun);
    put('20261124-140000-dddd', rehearsalRun, { profile: null });
    const newest = lastRunOfEach(runs);
    expect([...newest.keys()].sort()).toEqual(['evening', 'morning']);
    expect(newest.get('evening')).toMatchObject({ id: '20261123-140000-cccc', state: 'failed' });
    expect(newest.get('morning')?.state).toBe('ok');
  });
});
