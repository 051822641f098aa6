import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Event, eventSchema } from '../../../src/contract/events.ts';
import { emptyResult } from '../../../src/pipeline/result.ts';
import { systemClock } from '../../../src/ports/clock.ts';
import { followEvents } from '../../../src/runner/follow.ts';
import { Journal } from '../../../src/runner/journal.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'sd-journal-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const file = () => join(dir, 'events.ndjson');
const note = (text: string) => ({ type: 'note', level: 'info', text }) as const;
const result = { type: 'result', ...emptyResult } as const;

async function all(alive: () => boolean, signal?: AbortSignal): Promise<Event[]> {
  const events: Event[] = [];
  const options = { clock: systemClock, alive, ...(signal ? { signal } : {}) };
  for await (const event of followEvents(file(), options)) events.push(event);
  return events;
}

describe('journal', () => {
  it('writes events that fit their schema', async () => {
    const journal = new Journal(file(), systemClock);
    journal.emit(note('a'));
    journal.emit(result);
    journal.close();
    const events = await all(() => true);
    expect(events.map((event) => eventSchema.parse(event).type)).toEqual(['note', 'result']);
  });

  it('takes nothing after it was closed: the result stays the last line', async () => {
    const journal = new Journal(file(), systemClock);
    journal.emit(result);
    journal.close();
    journal.emit(note('late'));
    expect(await all(() => false)).toHaveLength(1);
  });
});

describe('followEvents', () => {
  it('sees events that are written while it follows, up to the result', async () => {
    const journal = new Journal(file(), systemClock);
    const following = all(() => true);
    journal.emit(note('ä'.repeat(70_000)));
    journal.emit(note('b'));
    journal.emit(result);
    const events = await following;
    expect(events.map(({ type }) => type)).toEqual(['note', 'note', 'result']);
    expect(events[0]).toMatchObject({ text: 'ä'.repeat(70_000) });
  });

  it('ends when the writer is dead, and leaves its torn last line out', async () => {
    writeFileSync(file(), `${JSON.stringify({ ...note('whole'), v: 1, at: '' })}\n{"type":"no`);
    expect(await all(() => false)).toMatchObject([{ text: 'whole' }]);
  });

  it('reads what the writer wrote just before it died', async () => {
    writeFileSync(file(), '');
    let looks = 0;
    const events = await all(() => {
      looks += 1;
      if (looks === 1) appendFileSync(file(), `${JSON.stringify({ ...note('last'), v: 1 })}\n`);
      return false;
    });
    expect(events).toMatchObject([{ text: 'last' }]);
  });

  it('ends when it is told to', async () => {
    writeFileSync(file(), '');
    expect(await all(() => true, AbortSignal.timeout(20))).toEqual([]);
  });
});
