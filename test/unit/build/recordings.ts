import { readFileSync } from 'node:fs';
import { engineMessage } from '../../../src/build/engine-messages.ts';
import { Evidence } from '../../../src/build/evidence.ts';
import { JsonValues } from '../../../src/build/json-values.ts';
import { SolveNormaliser } from '../../../src/build/normalise.ts';
import { rawjsonEvent } from '../../../src/build/rawjson.ts';
import type { SolveEvent } from '../../../src/build/types.ts';
import type { EventBody } from '../../../src/contract/events.ts';

const folder = new URL('../../fixtures/buildkit/', import.meta.url);

/** Bytes of a recording: buildx' stderr (rawjson-*) or the engine's answer (engine-api-*). */
export function recording(name: string): Buffer {
  return readFileSync(new URL(`${name}.ndjson`, folder));
}

export interface Read {
  events: SolveEvent[];
  imageId: string | null;
  error: string | null;
}

/** Reads a recording as its transport would. */
export function readRecording(name: string): Read {
  const values = new JsonValues();
  const items = [...values.push(recording(name)), ...values.end()];
  const read: Read = { events: [], imageId: null, error: null };
  if (name.startsWith('rawjson-')) {
    read.events = items.map(rawjsonEvent);
    return read;
  }
  for (const item of items) {
    const message = engineMessage(item);
    if (message.kind === 'event') read.events.push(message.event);
    else if (message.kind === 'image') read.imageId = message.id;
    else if (message.kind === 'error') read.error = message.message;
  }
  return read;
}

/** The contract's events of solve events, with a clock that stands still unless moved. */
export function normalised(
  events: SolveEvent[],
  end: 'done' | 'failed' | 'canceled' = 'done',
): EventBody[] {
  const seen: EventBody[] = [];
  const normaliser = new SolveNormaliser((event) => seen.push(event), { monotonicMs: () => 0 });
  for (const event of events) normaliser.push(event);
  normaliser.finish(end);
  return seen;
}

export function failureOf(name: string) {
  const read = readRecording(name);
  const evidence = new Evidence();
  for (const event of read.events) evidence.push(event);
  return evidence.failure(read.error ?? '', { path: 'Dockerfile', text: '' });
}
