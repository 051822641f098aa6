import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SolveNormaliser } from '../../../src/build/normalise.ts';
import type { SolveEvent, SolveStatus, SolveVertex } from '../../../src/build/types.ts';
import type { EventBody } from '../../../src/contract/events.ts';
import { normalised } from './recordings.ts';

const status = (s: SolveStatus): SolveEvent => ({ type: 'status', status: s });
const at = (second: number) => `2026-01-01T00:00:0${second}.000000000Z`;
const step = (vertex: Partial<SolveVertex>): SolveEvent =>
  status({ vertexes: [{ digest: 'v', name: '[1/1] RUN x', ...vertex }] });
const output = (text: string, stream: 1 | 2 = 1): SolveEvent =>
  status({ logs: [{ vertex: 'v', stream, data: Buffer.from(text) }] });
const states = (events: EventBody[]) =>
  events.flatMap((event) => (event.type === 'build.vertex' ? [event.state] : []));

describe('SolveNormaliser', () => {
  it('says each change of a step once', () => {
    const events = normalised([
      step({}),
      step({}),
      step({ started: at(1) }),
      step({ started: at(1) }),
      step({ started: at(1), completed: at(3) }),
      step({ started: at(1), completed: at(3) }),
    ]);
    expect(states(events)).toEqual(['waiting', 'running', 'done']);
    expect(events.at(-1)).toMatchObject({ ms: 2000, cached: false });
  });

  it('is not led back by messages that come late', () => {
    const late = [step({ started: at(1), completed: at(2) }), step({ started: at(1) }), step({})];
    expect(states(normalised(late))).toEqual(['done']);
  });

  it('lets a step run again after its probe, and adds the times up', () => {
    const events = normalised([
      step({ started: at(1), completed: at(1) }),
      step({ started: at(2) }),
      step({ started: at(2), completed: at(5) }),
    ]);
    expect(states(events)).toEqual(['done', 'running', 'done']);
    expect(events.at(-1)).toMatchObject({ ms: 3000 });
  });

  it('closes what never ended, by how the build ended', () => {
    const open = [step({ started: at(1) })];
    expect(states(normalised(open, 'done'))).toEqual(['running', 'done']);
    expect(states(normalised(open, 'failed'))).toEqual(['running', 'canceled']);
    expect(states(normalised([step({})], 'canceled'))).toEqual(['waiting']);
    expect(normalised([step({})], 'done').at(-1)).toMatchObject({ state: 'done', cached: true });
  });

  it('tells a failed step from one that was stopped with it', () => {
    const error = 'process "/bin/sh -c x" did not complete successfully: exit code: 1';
    const events = normalised([
      step({ started: at(1), completed: at(2), error }),
      step({ digest: 'w', started: at(1), completed: at(2), error: 'context canceled' }),
    ]);
    expect(states(events)).toEqual(['failed', 'canceled']);
  });

  it('makes lines of output, whatever the pieces were, each stream for itself', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 30 }), { maxLength: 6 }), (cuts) => {
        const bytes = Buffer.from('one\ntwo \x1b]0;x\x07日本\nlast');
        const sorted = [
          0,
          ...cuts.map((c) => c % bytes.length).sort((a, b) => a - b),
          bytes.length,
        ];
        const pieces = sorted.slice(1).map((end, i) => bytes.subarray(sorted[i], end));
        const events = normalised([
          ...pieces.flatMap((data) => [
            status({ logs: [{ vertex: 'v', stream: 1 as const, data }] }),
            output('e', 2),
          ]),
          step({ started: at(1), completed: at(2) }),
        ]);
        const lines = events.flatMap((e) =>
          e.type === 'build.log' && e.stream === 1 ? [e.text] : [],
        );
        expect(lines).toEqual(['one', 'two 日本', 'last']);
      }),
    );
  });

  it('gives the last line of a step before its end', () => {
    const events = normalised([
      step({ started: at(1) }),
      output('no line end'),
      step({ started: at(1), completed: at(2) }),
    ]);
    expect(events.map((event) => event.type)).toEqual([
      'build.vertex',
      'build.log',
      'build.vertex',
    ]);
  });

  it("passes BuildKit's own note on that output was cut", () => {
    const events = normalised([output('x\n[output clipped, log limit 2MiB reached]\n')]);
    expect(events.at(-1)).toMatchObject({ text: '[output clipped, log limit 2MiB reached]' });
  });

  it('says a warning once, sanitised', () => {
    const warning = { vertex: 'v', level: 1, short: 'bad \x1b[2Jcase', url: 'https://x' };
    const events = normalised([status({ warnings: [warning] }), status({ warnings: [warning] })]);
    expect(events).toEqual([
      { type: 'build.warning', vertex: 'v', text: 'bad case', url: 'https://x' },
    ]);
  });

  it('lets at most ten a second of one progress through, and always its last', () => {
    let now = 0;
    const seen: EventBody[] = [];
    const normaliser = new SolveNormaliser((event) => seen.push(event), { monotonicMs: () => now });
    for (let i = 0; i <= 1000; i += 1) {
      now = i;
      normaliser.push(
        status({ statuses: [{ id: 'layer', vertex: 'v', current: i, total: 2000 }] }),
      );
    }
    expect(seen.length).toBe(11);
    normaliser.push(
      status({
        statuses: [{ id: 'layer', vertex: 'v', current: 2000, total: 2000, completed: at(1) }],
      }),
    );
    expect(seen.at(-1)).toMatchObject({ type: 'build.progress', current: 2000 });
    normaliser.push(status({ statuses: [{ id: 'layer', vertex: 'v', current: 2001, total: 0 }] }));
    normaliser.finish('done');
    expect(seen.at(-1)).toMatchObject({ current: 2001 });
  });
});
