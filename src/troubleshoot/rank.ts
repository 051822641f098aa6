import type { Diagnosis, Fix } from '../contract/diagnosis.ts';
import { fillCause, fillFix } from './fill.ts';
import { withApplies } from './fixes/applies.ts';
import { moreFixes } from './fixes/more-fixes.ts';
import { displayLine } from './line.ts';
import type { Outcome } from './outcome.ts';
import type { HitList } from './scan.ts';
import type { FailureClass, Hit, Tier } from './types.ts';

const MAX_DIAGNOSES = 5;
const tierScore: Record<Tier, number> = { root: 300, specific: 200, effect: 100, generic: 0 };
const tierConfidence: Record<Tier, number> = {
  root: 0.9,
  specific: 0.9,
  effect: 0.6,
  generic: 0.3,
};
/** What another cause takes from a class that it explains: more than one tier. */
const EXPLAINED = 150;

/** A class that a log shows, with the line that proves it. */
export interface Suspect {
  failure: FailureClass;
  hit: Hit;
  score: number;
}

/** Orders what was found by how likely it is the cause; what was healed is left out. */
export function rank(
  hits: ReadonlyMap<string, HitList>,
  classes: ReadonlyMap<string, FailureClass>,
  outcome: Outcome,
): Suspect[] {
  const live = new Map<string, Hit[]>();
  for (const [code, list] of hits) {
    const left = [...list.first, ...list.last].filter((hit) => !outcome.healed(hit));
    if (left.length > 0) live.set(code, left);
  }
  const end = Math.max(
    outcome.lastFailed?.order ?? 0,
    ...[...live.values()].map((list) => list.at(-1)?.order ?? 0),
  );
  const suspects = [...live].flatMap(([code, list]) => {
    const failure = classes.get(code);
    return failure ? [suspect(failure, list, outcome, end)] : [];
  });
  for (const cause of suspects) {
    for (const other of suspects) {
      const explained = cause.failure.explains?.includes(other.failure.code);
      if (explained && cause.hit.order <= other.hit.order + 60) other.score -= EXPLAINED;
    }
  }
  suspects.sort((a, b) => b.score - a.score || a.hit.order - b.hit.order);
  // "A step failed" says nothing beside the reason, and says it once where there is none.
  const named = suspects.filter(({ failure }) => failure.tier !== 'generic');
  return named.length > 0 ? named.slice(0, MAX_DIAGNOSES) : suspects.slice(0, 1);
}

function suspect(failure: FailureClass, list: Hit[], outcome: Outcome, end: number): Suspect {
  const failed = outcome.failedSteps;
  const inFailed = list.filter((hit) => hit.step && failed.includes(hit.step));
  const pool = inFailed.length > 0 ? inFailed : list;
  // The surest line proves it, the earliest of several.
  const hit = pool.reduce((best, next) => (sureness(next) > sureness(best) ? next : best));
  const last = list.at(-1) as Hit;
  let score = tierScore[failure.tier] + sureness(hit) * 60;
  const distance = end - last.order;
  score -= Math.min(50, Math.max(0, distance - 100) / 40);
  // The program went on after it, and far: hardly what ended the run.
  if (hit.pattern.soft && distance > 400) score -= 80;
  if (failed.length > 0 && hit.step && inFailed.length === 0) score -= 120;
  return { failure, hit, score };
}

function sureness(hit: Hit): number {
  return hit.pattern.confidence ?? 0.9;
}

function fixesFor({ code, fixes, fixesWhere }: FailureClass, hit: Hit): Fix[] {
  const own = fixesWhere?.line.test(hit.text) ? [...fixes, ...fixesWhere.fixes] : fixes;
  return withMoreFixes(code, own);
}

/** What a class offers, and what the wizard can do about its code; each names what it can. */
export function withMoreFixes(code: string, own: readonly Fix[]): Fix[] {
  const named = own.map(withApplies);
  const more = (moreFixes[code] ?? []).filter(
    ({ applies }) => !named.some((fix) => fix.applies === applies),
  );
  return [...named, ...more];
}

/** The contract's form; the first one keeps its confidence, the others stand behind it. */
export function toDiagnosis({ failure, hit }: Suspect, position: number): Diagnosis {
  const own = Math.min(hit.pattern.confidence ?? 1, tierConfidence[failure.tier]);
  const confidence = position === 0 ? own : own * 0.5;
  return {
    code: failure.code,
    title: failure.title,
    cause: fillCause(failure, hit),
    evidence: { line: hit.line, text: displayLine(hit.text) },
    fixes: fixesFor(failure, hit).map((fix) => fillFix(fix, hit.groups)),
    confidence: Math.round(confidence * 100) / 100,
  };
}
