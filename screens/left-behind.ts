import type { WizardState } from './wizard-state.ts';
import { words } from './words.ts';

/** What the wizard did without a run, for who leaves: nothing, or each thing by its name. */
export function leftBehind({
  awake,
  saved,
  roadsWalked,
  housekept,
}: Pick<WizardState, 'awake' | 'saved' | 'roadsWalked' | 'housekept'>): string[] {
  const lines = [
    ...roadsWalked.map((title) => words.leave.done(title)),
    ...saved.map((name) => words.leave.saved(name)),
    ...housekept,
    ...(awake === null ? [] : [words.welcome.running(awake), `  ${words.leave.stop}`]),
  ];
  return lines.length === 0 ? [words.leave.nothing] : lines;
}
