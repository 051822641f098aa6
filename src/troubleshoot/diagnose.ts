import type { Diagnosis } from '../contract/diagnosis.ts';
import { catalogue } from './catalogue/index.ts';
import { markClasses } from './marks.ts';
import { buildMatcher, type Matcher } from './matcher.ts';
import { rank, toDiagnosis } from './rank.ts';
import { type LogSource, readLog } from './read-log.ts';
import { type RunFacts, withFacts } from './run-facts.ts';
import { Scanner } from './scan.ts';
import { describeUnknown } from './unknown.ts';

export interface DiagnoseOptions {
  /** What a run knows beside its log: it weighs more than words. */
  facts?: RunFacts;
  signal?: AbortSignal;
}

const byCode = new Map(catalogue.map((failure) => [failure.code, failure]));
let matcher: Matcher | undefined;

/**
 * Names the causes of the failure in a log, likeliest first; an empty list where nothing failed.
 * Reads plain text or gzip, UTF-8 or UTF-16, with colours, progress bars, timestamps or JSON around
 * it, in one pass and in memory that does not grow with the log. Throws the signal's reason.
 */
export async function diagnose(
  source: LogSource,
  { facts, signal }: DiagnoseOptions = {},
): Promise<Diagnosis[]> {
  matcher ??= buildMatcher([...catalogue, ...markClasses]);
  const scanner = new Scanner(matcher);
  await readLog(source, scanner, signal);
  const suspects = rank(scanner.hits, byCode, scanner.outcome);
  const diagnoses = suspects.map((suspect, position) => {
    const diagnosis = toDiagnosis(suspect, position);
    return position === 0 && suspect.failure.tier === 'generic'
      ? describeUnknown(diagnosis, suspect, scanner.outcome)
      : diagnosis;
  });
  return facts ? withFacts(diagnoses, facts, byCode, scanner.lines) : diagnoses;
}
