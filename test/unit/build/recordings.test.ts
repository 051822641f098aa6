import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonValues, type StreamItem } from '../../../src/build/json-values.ts';
import { type EventBody, eventBodySchemas } from '../../../src/contract/events.ts';
import { failureOf, normalised, readRecording, recording } from './recordings.ts';

const names = readdirSync(new URL('../../fixtures/buildkit/', import.meta.url))
  .filter((name) => name.endsWith('.ndjson'))
  .map((name) => name.replace('.ndjson', ''));

function inChunks(bytes: Buffer, cuts: number[]): StreamItem[] {
  const values = new JsonValues();
  const items: StreamItem[] = [];
  let from = 0;
  const sorted = cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b);
  for (const cut of [...sorted, bytes.length]) {
    items.push(...values.push(bytes.subarray(from, cut)));
    from = cut;
  }
  return [...items, ...values.end()];
}

/** Final state of each step of the Dockerfile, and what it printed. */
function model(events: EventBody[]) {
  const steps = new Map<string, { name: string; state: string; error?: string; log: string[] }>();
  for (const event of events) {
    if (event.type === 'build.vertex') {
      const log = steps.get(event.id)?.log ?? [];
      const error = event.error === undefined ? {} : { error: event.error };
      steps.set(event.id, { name: event.name, state: event.state, ...error, log });
    } else if (event.type === 'build.log') steps.get(event.vertex)?.log.push(event.text);
  }
  return (
    [...steps.values()]
      .filter((step) => /^\[.*\d+\/\d+\]/.test(step.name))
      // The digest of the base image differs by the moment at which it was made.
      .sort((a, b) => (a.name < b.name ? -1 : 1))
  );
}

describe('the recordings', () => {
  it('are all there', () => expect(names).toHaveLength(16));

  it.each(names)('%s reads the same in any chunks', (name) => {
    const bytes = recording(name);
    const whole = inChunks(bytes, []);
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 40 }), (cuts) => {
        expect(inChunks(bytes, cuts)).toEqual(whole);
      }),
      { numRuns: 25 },
    );
  });

  it.each(names)('%s gives events that fit the contract', (name) => {
    const events = normalised(readRecording(name).events);
    expect(events.length).toBeGreaterThan(2);
    for (const event of events) eventBodySchemas[event.type].parse(event);
  });

  it.each([
    ['engine-api-v2-ok', 'no active session'],
    ['engine-api-v2-fail', 'no active session'],
    ['engine-api-v2-badsyntax', 'dockerfile parse error line 2'],
  ])('%s ends with the error of the engine', (name, error) => {
    const read = readRecording(name);
    expect(read.imageId).toBeNull();
    expect(read.error).toContain(error);
  });

  it('engine-api-v2-cachemount names its image', () => {
    const read = readRecording('engine-api-v2-cachemount');
    expect(read.error).toBeNull();
    expect(read.imageId).toMatch(/^sha256:5c57f440/);
  });

  it.each(['rawjson-ok-013', 'rawjson-ok-029'])('%s shows what its steps printed', (name) => {
    const steps = model(normalised(readRecording(name).events));
    expect(steps.every((step) => step.state === 'done')).toBe(true);
    const last = steps.find((step) => step.name.startsWith('[stage-2 2/2]'));
    expect(last?.log).toEqual(['progress 100%', 'no newline at end']);
    const first = steps.find((step) => step.name.startsWith('[base 2/7]'));
    expect(first?.log.toSorted()).toEqual([
      'line 1',
      'line 2',
      'line 3',
      'step one hi',
      'to stderr',
    ]);
  });

  it('of one Dockerfile give one model, whichever buildx made them', () => {
    for (const kind of ['ok', 'fail']) {
      const [old, later] = ['013', '029'].map((v) => {
        const read = readRecording(`rawjson-${kind}-${v}`);
        return model(normalised(read.events, kind === 'ok' ? 'done' : 'failed')).map((step) => ({
          ...step,
          // What the cache mount holds grew between the two recordings; stderr may overtake stdout.
          log: step.log.map((line) => line.replace(/^\d+ /, 'N ')).toSorted(),
        }));
      });
      expect(old).toEqual(later);
    }
  });

  it('of one Dockerfile give the same steps by the engine and by buildx', () => {
    // The engine's recording stops at the step that wants a session; up to there they agree.
    const state = (name: string, end: 'done' | 'failed') =>
      new Map(model(normalised(readRecording(name).events, end)).map((s) => [s.name, s]));
    const engine = state('engine-api-v2-ok', 'failed');
    const buildx = state('rawjson-ok-029', 'done');
    const done = [...engine.values()].filter((step) => step.state === 'done');
    expect(done.length).toBeGreaterThanOrEqual(4);
    for (const step of done) {
      const other = buildx.get(step.name);
      expect(other?.state, step.name).toBe('done');
      if (!step.name.includes('/var/cache'))
        expect(other?.log.toSorted()).toEqual(step.log.toSorted());
    }
  });

  it('of a cached build say that its steps were cached', () => {
    const events = normalised(readRecording('rawjson-cached-029').events);
    const last = new Map(
      events.flatMap((e) => (e.type === 'build.vertex' ? [[e.name, e] as const] : [])),
    );
    const steps = [...last.values()].filter((vertex) => /^\[\S+ \d+\/\d+\]/.test(vertex.name));
    expect(steps.length).toBeGreaterThan(8);
    expect(steps.filter((vertex) => !vertex.cached).map((v) => v.name)).toEqual([
      '[base 1/7] FROM docker.io/local/trixie:min',
    ]);
  });

  it.each([
    ['rawjson-fail-013', 'build-step-failed', /RUN echo about to fail.* exit code 3\.$/],
    ['rawjson-fail-029', 'build-step-failed', /exit code 3\.$/],
    [
      'rawjson-engine26-fail',
      'build-step-failed',
      /\[stage-0 4\/4\] RUN exit 3 ended with exit code 3\.$/,
    ],
    ['rawjson-engine28-fail', 'build-step-failed', /exit code 3\.$/],
    ['rawjson-badsyntax-013', 'dockerfile-syntax', /line 2: unknown instruction: RNU\.$/],
    ['rawjson-badsyntax-029', 'dockerfile-syntax', /line 2/],
    ['engine-api-v2-badsyntax', 'dockerfile-syntax', /line 2/],
    ['rawjson-heredoc-unsupported-029', 'dockerfile-syntax', /line 10/],
    ['rawjson-nofrom-013', 'registry-unreachable', /docker.io\/library\/does-not-exist-xyz:1/],
    ['rawjson-nofrom-029', 'registry-unreachable', /does not answer\.$/],
  ])('%s fails with %s', (name, code, sentence) => {
    const failure = failureOf(name);
    expect(failure.code).toBe(code);
    expect(failure.details.sentence).toMatch(sentence);
    expect(failure.details.proof).toBeTruthy();
  });

  it('prove a failed step by its last words', () => {
    expect(failureOf('rawjson-fail-029').details.proof?.split('\n')).toEqual(
      expect.arrayContaining(['error: boom', 'about to fail']),
    );
  });
});
