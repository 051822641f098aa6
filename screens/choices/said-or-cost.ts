import { costLine } from '../cost-line.ts';
import type { Line } from '../kit/row.tsx';
import type { WizardState } from '../wizard-state.ts';
import { words } from '../words.ts';

/** The line above the keys: that it plans, why it cannot, or what the answers cost. */
export function saidOrCost({ replanning, problem, planned }: WizardState): Line | null {
  if (replanning) return [{ text: words.options.planning, tone: 'busy' }];
  if (problem !== null) return [{ text: problem, tone: 'fail' }];
  return costLine(planned);
}
