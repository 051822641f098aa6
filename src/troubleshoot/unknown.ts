import type { Diagnosis } from '../contract/diagnosis.ts';
import { displayLine } from './line.ts';
import type { Outcome } from './outcome.ts';
import type { Suspect } from './rank.ts';
import type { Hit } from './types.ts';

const SHOWN = 3;
/** Lines that only say that something failed. */
const frame =
  /did not complete successfully|executor failed running|failed to solve|non-zero code|exit(?:ed)?(?: with)? (?:code|status)|Traceback/;
/** What a log of each of these would have shown, in the words of the cause line. */
const ruledOut =
  'No sign of a full disk, too little memory, the network, access rights or the GPU.';

/**
 * A failure that no class names: says which step it was, shows the lines that look most like the
 * reason, and what the log gives no sign of.
 */
export function describeUnknown(
  diagnosis: Diagnosis,
  suspect: Suspect,
  outcome: Outcome,
): Diagnosis {
  const near = outcome.suspicious.filter(
    (hit) =>
      hit.order <= suspect.hit.order + 3 && sameStep(hit, suspect.hit) && !frame.test(hit.text),
  );
  const lines = near.slice(-SHOWN);
  const best = [...near].reverse().find((hit) => hit.text.length < 400) ?? suspect.hit;
  const step = suspect.hit.step ? `Step #${suspect.hit.step} failed. ` : '';
  const seen =
    lines.length > 0
      ? ` Most suspicious: ${lines.map((hit) => `"${displayLine(hit.text).slice(0, 160)}" (line ${hit.line})`).join('; ')}.`
      : '';
  return {
    ...diagnosis,
    cause: `${step}${diagnosis.cause}${seen} ${ruledOut}`,
    evidence: { line: best.line, text: displayLine(best.text) },
  };
}

function sameStep(a: Hit, b: Hit): boolean {
  return a.step === undefined || b.step === undefined || a.step === b.step;
}
