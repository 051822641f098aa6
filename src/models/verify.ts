import { dirname } from 'node:path';
import type { Emit } from '../contract/events.ts';
import type { Clock } from '../ports/clock.ts';
import { Elsewhere } from './elsewhere.ts';
import { sha256Of } from './hashing.ts';
import { Meter } from './meter.ts';
import { bytesInPart } from './part-state.ts';
import { Pins } from './pins.ts';
import { placeOf } from './place.ts';
import { presence } from './present.ts';
import type { ModelOutcome, WantedModel } from './types.ts';

export interface VerifyOptions {
  folder: string;
  models: readonly WantedModel[];
  clock: Clock;
  emit: Emit;
  signal: AbortSignal;
  stateDir?: string | null;
  /** False: files that have size and time of their pin are not read again. */
  thorough: boolean;
}

/**
 * What of the models is in the folder and right. Asks nobody: what neither the manifest nor the
 * lock knows is judged by its content. A partial download counts as missing, with its bytes.
 * @throws ErrnoException, Failure models-name-escapes or models-link-escapes, or the signal's reason
 */
export async function verify(options: VerifyOptions): Promise<ModelOutcome[]> {
  const { folder, clock, signal, stateDir, thorough } = options;
  const where = (file: string) => new Elsewhere(folder, stateDir ?? '').find(file);
  const hash = (path: string, bytes: number) => sha256Of(path, bytes, signal);
  const pins = await new Pins(folder, stateDir ?? null).read();
  const outcomes: ModelOutcome[] = [];
  for (const wanted of options.models) {
    const place = await placeOf(folder, wanted.file);
    const pin = pins[place.file];
    const expected = {
      bytes: wanted.bytes ?? pin?.bytes ?? null,
      sha256: wanted.sha256 ?? pin?.sha256 ?? null,
    };
    const meter = new Meter(place.file, expected.bytes, options.emit, clock);
    const there = await presence(place, expected, pin, !thorough, signal, (bytes, total) =>
      meter.state('verifying', bytes, total),
    );
    const { id, file } = wanted;
    const base = { id, file, path: place.path, mount: null, failure: null };
    const found = there.kind === 'absent' && stateDir ? await where(file) : null;
    if (found && (expected.sha256 === null || expected.sha256 === found.sha256)) {
      const { bytes, sha256, path } = found;
      const state = thorough && (await hash(path, bytes)) !== sha256 ? 'mismatch' : 'present';
      meter.state(state, bytes, bytes);
      outcomes.push({ ...base, state, bytes, sha256, path, mount: dirname(path) });
      continue;
    }
    if (there.kind === 'absent') {
      const bytes = bytesInPart(place.state);
      meter.state('missing', bytes);
      outcomes.push({ ...base, state: 'missing', bytes, sha256: null, path: null });
      continue;
    }
    const state = there.kind === 'wrong' ? 'mismatch' : 'present';
    meter.state(state, there.bytes);
    outcomes.push({ ...base, state, bytes: there.bytes, sha256: there.sha256 });
  }
  return outcomes;
}
