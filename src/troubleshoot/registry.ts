import type { Fix } from '../contract/diagnosis.ts';
import type { PhaseId } from '../contract/ids.ts';
import { catalogue } from './catalogue/index.ts';
import { fillFix } from './fill.ts';
import { withMoreFixes } from './rank.ts';
import { typedFailures } from './typed-failures.ts';

export interface RegisteredFailure {
  code: string;
  title: string;
  /** Where in a run it usually happens; null when it can be anywhere. */
  phase: PhaseId | null;
  cause: string;
  fixes: Fix[];
  /** True where `diagnose` can find it in a text. */
  readable: boolean;
}

/** Every code that a Failure, a diagnosis, an event or a result may carry, in order of its code. */
export const registry: readonly RegisteredFailure[] = [
  ...catalogue.map(({ code, title, phase, cause, fixes }) => ({
    code,
    title,
    phase,
    cause,
    fixes: withMoreFixes(code, fixes).map((fix) => fillFix(fix, [])),
    readable: true,
  })),
  ...typedFailures.map(({ code, phase, title, cause }) => ({
    code,
    title,
    phase,
    cause,
    fixes: withMoreFixes(code, []),
    readable: false,
  })),
].sort((a, b) => (a.code < b.code ? -1 : 1));

const byCode = new Map(registry.map((entry) => [entry.code, entry]));

export function registered(code: string): RegisteredFailure | undefined {
  return byCode.get(code);
}
