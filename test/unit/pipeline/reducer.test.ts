import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Event, EventBody } from '../../../src/contract/events.ts';
import { eventSchema } from '../../../src/contract/events.ts';
import { phaseIds, smokeLevelIds } from '../../../src/contract/ids.ts';
import { reduceRun, replay } from '../../../src/pipeline/reducer.ts';
import {
  buildSteps,
  currentPhase,
  elapsedMs,
  emptyRunState,
  NOTES_KEPT,
  openQuestions,
} from '../../../src/pipeline/run-state.ts';
import { cleanStepName, LOG_WINDOW_LINES, stepBytes } from '../../../src/pipeline/steps.ts';
import { failedRun, rehearsalRun } from '../../fixtures/events/runs.ts';

const START = Date.parse('2026-11-24T22:00:00.000Z');
const at = (seconds: number) => new Date(START + seconds * 1000).toISOString();
const event = (body: EventBody, seconds = 0): Event => ({ v: 1, at: at(seconds), ...body });
const fold = (...bodies: EventBody[]) => replay(bodies.map((body, i) => event(body, i)));

describe('a recorded run', () => {
  test('every line of the recordings fits the contract', () => {
    for (const line of [...rehearsalRun, ...failedRun]) eventSchema.parse(line);
  });

  test('a good run ends with all phases done, its steps folded and its result', () => {
    const state = replay(rehearsalRun);
    expect(state.run?.recipe).toBe('rehearsal');
    expect(state.result?.ok).toBe(true);
    expect(state.phases.smoke).toMatchObject({ state: 'done' });
    expect(buildSteps(state).every((step) => step.state === 'done')).toBe(true);
    expect(state.levels.map((level) => level.id)).toEqual(
      smokeLevelIds.filter((id) => state.levels.some((level) => level.id === id)),
    );
    expect(currentPhase(state)).toBeNull();
  });

  test('a failed run names the step and the phase, and nothing is left running', () => {
    const state = replay(failedRun);
    const failed = buildSteps(state).filter((step) => step.state === 'failed');
    expect(failed).toHaveLength(1);
    expect(failed[0]?.error).toContain('exit code: 3');
    expect(buildSteps(state).some((step) => step.state === 'running')).toBe(false);
    expect(state.phases.dependencies).toMatchObject({ state: 'failed' });
    expect(state.diagnoses[0]?.code).toBe('build-step');
  });

  test('time stands still after the result', () => {
    const state = replay(rehearsalRun);
    const end = Date.parse(state.lastAt ?? '');
    expect(elapsedMs(state, new Date(end + 3_600_000))).toBe(
      end - Date.parse(state.startedAt ?? ''),
    );
  });
});

describe('events', () => {
  test('an unknown event gives the same object', () => {
    const state = replay(rehearsalRun);
    const unknown = { v: 1, at: at(0), type: 'aurora', brightness: 3 } as unknown as Event;
    expect(reduceRun(state, unknown)).toBe(state);
  });

  test('no prefix of a run throws or leaves the contract of the state', () => {
    for (let length = 0; length <= rehearsalRun.length; length++) {
      const state = replay(rehearsalRun.slice(0, length));
      for (const id of phaseIds) expect(state.phases[id].state).not.toBe('failed');
      expect(state.build.order.length).toBe(Object.keys(state.build.byId).length);
    }
  });

  test('a question is open until its answer, whichever comes first', () => {
    const question: EventBody = {
      type: 'question',
      id: 'port-taken',
      text: 'Port 8188 is taken.',
      options: [{ id: 'next', label: 'Use 8189' }],
      unattended: 'next',
    };
    const answer: EventBody = { type: 'answer', id: 'port-taken', answer: 'next', by: 'person' };
    expect(openQuestions(fold(question))).toHaveLength(1);
    expect(openQuestions(fold(question, answer))).toHaveLength(0);
    expect(openQuestions(fold(answer, question))).toHaveLength(0);
  });

  test('the lowest free space is kept when space comes back', () => {
    const disk = (freeBytes: number) =>
      ({ type: 'disk', place: 'docker', freeBytes, totalBytes: 100, bytesPerSecond: 0 }) as const;
    const sample = fold(disk(50), disk(20), disk(70)).disk.docker;
    expect(sample).toMatchObject({ freeBytes: 70, lowestFreeBytes: 20, samples: 3 });
  });

  test('notes and log windows are bounded', () => {
    const notes = Array.from({ length: NOTES_KEPT + 7 }, (_, i) => i);
    const state = fold(
      ...notes.map((i): EventBody => ({ type: 'note', level: 'info', text: `${i}` })),
      ...Array.from(
        { length: LOG_WINDOW_LINES + 5 },
        (_, i): EventBody => ({ type: 'build.log', vertex: 'a', stream: 1, text: `line ${i}` }),
      ),
    );
    expect(state.notes).toHaveLength(NOTES_KEPT);
    expect(state.notes.at(-1)?.text).toBe(`${NOTES_KEPT + 6}`);
    const log = state.build.byId.a?.log;
    expect(log?.lines).toHaveLength(LOG_WINDOW_LINES);
    expect(log?.dropped).toBe(5);
    expect(log?.lines.at(-1)).toBe(`line ${LOG_WINDOW_LINES + 4}`);
  });

  test('a run that ends early leaves no phase running', () => {
    const state = fold(
      { type: 'phase.started', phase: 'models' },
      { type: 'phase.started', phase: 'image' },
      { ...resultOf(false), phase: 'image' },
    );
    expect(state.phases.image.state).toBe('failed');
    expect(state.phases.models.state).toBe('stopped');
  });
});

describe('build steps', () => {
  const vertex = (
    state: 'waiting' | 'running' | 'done' | 'failed' | 'canceled',
    more: Partial<Extract<EventBody, { type: 'build.vertex' }>> = {},
  ): EventBody => ({
    type: 'build.vertex',
    id: 'v',
    name: '[a 1/1] RUN x',
    cached: false,
    state,
    ...more,
  });

  test('the events of one build may come in any order and any number of times', () => {
    const anyVertex = fc.record({
      id: fc.constantFrom('a', 'b', 'c'),
      state: fc.constantFrom('waiting', 'running', 'done', 'failed', 'canceled'),
      cached: fc.boolean(),
      ms: fc.nat(5000),
      error: fc.constantFrom('e1', 'e2'),
      seconds: fc.nat(100),
    });
    fc.assert(
      fc.property(
        fc.array(anyVertex, { maxLength: 12 }).chain((events) =>
          fc.tuple(
            fc.constant(events),
            fc
              .shuffledSubarray(events, { minLength: events.length })
              .map((shuffled) => [...shuffled, ...shuffled.slice(0, 3)]),
          ),
        ),
        ([inOrder, shuffled]) => {
          const run = (list: typeof inOrder) =>
            replay(
              list.map(({ seconds, ...v }) =>
                event({ type: 'build.vertex', name: `[${v.id} 1/1] RUN ${v.id}`, ...v }, seconds),
              ),
            ).build.byId;
          expect(run(shuffled)).toEqual(run(inOrder));
        },
      ),
    );
  });

  test('a step never moves once it has a place', () => {
    const ids = fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { maxLength: 30 });
    fc.assert(
      fc.property(ids, (sequence) => {
        let order: readonly string[] = [];
        let state = emptyRunState;
        for (const id of sequence) {
          state = reduceRun(state, event(vertex('running', { id })));
          expect(state.build.order.slice(0, order.length)).toEqual(order);
          order = state.build.order;
        }
      }),
    );
  });

  test('a failed step can be tried again by a later build, a done one stays done', () => {
    const first: EventBody[] = [
      { type: 'phase.started', phase: 'dependencies' },
      vertex('failed', { error: 'exit code: 1', ms: 9 }),
      vertex('done', { id: 'kept', ms: 100 }),
      { type: 'phase.finished', phase: 'dependencies', ok: false, ms: 10 },
    ];
    const second: EventBody[] = [
      { type: 'phase.started', phase: 'dependencies' },
      vertex('running'),
      vertex('done', { id: 'kept', cached: true, ms: 0 }),
    ];
    const state = fold(...first, ...second).build.byId;
    expect(state.v).toMatchObject({ state: 'running', error: null, ms: null });
    expect(state.kept).toMatchObject({ state: 'done', cached: false, ms: 100 });
  });

  test('steps that BuildKit never completed end with their build', () => {
    const build = (ok: boolean) =>
      fold(
        { type: 'phase.started', phase: 'image' },
        vertex('running', { id: 'r' }),
        vertex('waiting', { id: 'w' }),
        { type: 'phase.finished', phase: 'image', ok, ms: 1 },
      ).build.byId;
    expect(build(true)).toMatchObject({ r: { state: 'done' }, w: { state: 'unneeded' } });
    expect(build(false)).toMatchObject({ r: { state: 'canceled' }, w: { state: 'waiting' } });
  });

  test('a log line may come before its vertex', () => {
    const state = fold(
      { type: 'build.log', vertex: 'v', stream: 2, text: 'first' },
      vertex('running'),
    );
    expect(state.build.byId.v).toMatchObject({ title: 'x', stage: 'a', state: 'running' });
    expect(state.build.byId.v?.log.lines).toEqual(['first']);
  });

  test('bytes add up over what a step moves, without what has no total', () => {
    const state = fold(
      { type: 'build.progress', vertex: 'v', id: 'layer1', current: 10, total: 100 },
      { type: 'build.progress', vertex: 'v', id: 'layer2', current: 30, total: 50 },
      { type: 'build.progress', vertex: 'v', id: 'layer1', current: 5, total: 100 },
      { type: 'build.progress', vertex: 'v', id: 'sending', current: 7, total: 0 },
    );
    const step = state.build.byId.v;
    expect(step && stepBytes(step)).toEqual({ current: 40, total: 150 });
  });

  test.each([
    ['[internal] load metadata for docker.io/x', null, 'load metadata for docker.io/x'],
    [
      '[python 2/4] RUN --mount=type=cache,target=/c uv  pip install x',
      'python',
      'uv pip install x',
    ],
    ['[stage-1 3/5] COPY --from=build /opt /opt', 'stage-1', 'COPY /opt /opt'],
    [
      '[linux/amd64 base 1/2] FROM docker.io/library/node:24',
      'base',
      'FROM docker.io/library/node:24',
    ],
    ['[proof 1/1] RUN set -eux; python -c "import torch"', 'proof', 'python -c "import torch"'],
    ['exporting to image', null, 'exporting to image'],
  ])('%s reads as %s: %s', (name, stage, title) => {
    expect(cleanStepName(name)).toEqual({ stage, title });
  });
});

function resultOf(ok: boolean): Extract<EventBody, { type: 'result' }> {
  return {
    type: 'result',
    ok,
    exitCode: ok ? 0 : 12,
    runId: 'r',
    runDir: null,
    planDigest: null,
    summary: 'It ended.',
    image: null,
    container: null,
    url: null,
    asked: {},
    built: {},
    phases: [],
    smoke: [],
    outputs: [],
    diagnoses: [],
  };
}
