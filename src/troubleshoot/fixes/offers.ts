import type { Diagnosis, Fix } from '../../contract/diagnosis.ts';
import { fixActions } from './actions.ts';
import { appliesOf } from './applies.ts';
import { moreFixes } from './more-fixes.ts';
import type { FixWorld, Offer, Trouble } from './types.ts';

/** Another cause this sure may bring its fixes along. */
const SURE = 0.3;

/**
 * What can be done about a failure: first what the wizard does itself here, then what is left for a
 * person. Each is measured now; what does not apply here is left out where only the code offers it.
 */
export async function offersFor(trouble: Trouble, world: FixWorld): Promise<Offer[]> {
  const wanted = fixesOf(trouble.diagnoses);
  const retries = wanted.some(({ fix }) => appliesOf(fix) === 'retry');
  if (trouble.run && !retries) wanted.push({ fix: plainRetry, own: false });
  const offers = await Promise.all(
    wanted.map(async ({ fix, own }): Promise<Offer | null> => {
      const applies = appliesOf(fix);
      const action = applies === undefined ? undefined : fixActions[applies];
      if (!action) return own ? { fix, plan: null, why: null } : null;
      const made = await action(trouble, { ...fix, ...(applies ? { applies } : {}) }, world);
      if (!('not' in made)) return { fix, plan: made, why: null };
      return own && fix.command !== undefined ? { fix, plan: null, why: made.not } : null;
    }),
  );
  const kept = offers.filter((offer): offer is Offer => offer !== null);
  // Stable: within each half the order of the diagnosis stays.
  return [...kept.filter(({ plan }) => plan), ...kept.filter(({ plan }) => !plan)];
}

const plainRetry: Fix = { label: 'Try again: what is done is kept', applies: 'retry' };

/** Every fix once; `own` where the first diagnosis names it itself. */
function fixesOf(diagnoses: readonly Diagnosis[]): { fix: Fix; own: boolean }[] {
  const found: { fix: Fix; own: boolean }[] = [];
  const add = (fix: Fix, own: boolean) => {
    const applies = appliesOf(fix);
    const key = applies === 'answers' || applies === 'clean' ? fix.command : (applies ?? fix.label);
    const same = ({ fix: other }: { fix: Fix }) => {
      const theirs = appliesOf(other);
      const otherKey =
        theirs === 'answers' || theirs === 'clean' ? other.command : (theirs ?? other.label);
      return otherKey === key;
    };
    if (!found.some(same)) found.push({ fix, own });
  };
  diagnoses.forEach(({ code, fixes, confidence }, at) => {
    if (at > 0 && confidence < SURE) return;
    for (const fix of fixes) if (at === 0 || appliesOf(fix) !== undefined) add(fix, at === 0);
    for (const fix of moreFixes[code] ?? []) add(fix, false);
  });
  return found.sort((a, b) => rank(a.fix) - rank(b.fix));
}

/** Trying the same again comes after what changes something. */
function rank(fix: Fix): number {
  return appliesOf(fix) === 'retry' ? 1 : 0;
}
