import { expect, test } from 'vitest';
import { doneAbout, instructionOf, noBackground } from '../../../screens/panes/background.ts';
import { secondsLeft } from '../../../screens/panes/model-lines.ts';
import { progressOf, titleOf } from '../../../screens/panes/progress.ts';
import { shownSteps } from '../../../screens/run-steps.ts';
import { replay } from '../../../src/pipeline/reducer.ts';
import { rehearsalRun } from '../../fixtures/events/runs.ts';
import { dockerfile, longRun } from '../data/long-run.ts';
import { longRunPlan } from '../data/long-run-plan.ts';

test('a step is found in the Dockerfile by what it does, over continued lines', () => {
  const steps = shownSteps(replay(longRun(700)));
  const lines = steps.map((step) => instructionOf(dockerfile, step)?.line ?? null);
  // comfyui and proof are not in this Dockerfile; what is not there is not guessed.
  expect(lines.slice(0, 7)).toEqual([null, 3, 4, 6, 7, 9, null]);
  expect(instructionOf(null, { stage: 'base', title: 'x' })).toBeNull();
});

test('when it is done is the plan’s: its middle, then its end, then nothing', () => {
  const background = { ...noBackground, plan: longRunPlan };
  const at = (minute: number) => new Date(Date.parse('2026-11-24T14:00:00Z') + minute * 60_000);
  const done = (minute: number) =>
    doneAbout(background, '2026-11-24T14:00:00Z', at(minute))?.toISOString().slice(11, 16);
  expect(done(6)).toBe('14:35');
  expect(done(37)).toBe('14:40');
  expect(done(41)).toBeUndefined();
  expect(doneAbout(noBackground, '2026-11-24T14:00:00Z', at(6))).toBeNull();
});

test('an end of the downloads is said when two seconds of the rate have come, and all sizes are known', () => {
  const model = { file: 'a', state: 'downloading', bytes: 1e6, totalBytes: 1e9 } as const;
  expect(secondsLeft([{ ...model, bytesPerSecond: 1e6 }])).toBeNull();
  expect(secondsLeft([{ ...model, bytes: 1e8, bytesPerSecond: 1e7 }])).toBe(90);
  const unknown = { ...model, file: 'b', state: 'waiting', totalBytes: null } as const;
  expect(
    secondsLeft([
      { ...model, bytes: 1e8, bytesPerSecond: 1e7 },
      { ...unknown, bytes: 0, bytesPerSecond: 0 },
    ]),
  ).toBeNull();
});

test('how far it is: steps, with the bytes of one that runs', () => {
  expect(progressOf(replay(longRun(21)))).toEqual({ phase: 'dependencies', percent: null });
  // Five of thirteen, and 3.9 GB half way.
  expect(progressOf(replay(longRun(308)))).toEqual({ phase: 'dependencies', percent: 42 });
  expect(titleOf(replay(rehearsalRun))).toBe('ready - steadydancer');
});
