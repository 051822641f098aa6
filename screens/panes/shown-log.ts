import type { RunState } from '../../src/pipeline/run-state.ts';
import { isOver, loggedStep, stepTitle } from '../run-steps.ts';
import { words } from '../words.ts';
import { type LogTail, type NumberedLines, noLines } from './log-tail.ts';
import type { LogChoice } from './run-view.ts';

/** The log that a person looks at. */
export interface ShownLog {
  /** The step that it is of; null where it is of all. */
  step: string | null;
  title: string;
  /** Nothing more will be printed. */
  over: boolean;
  log: NumberedLines;
}

/** Whose lines are shown; null when nothing is built and no step was chosen. */
export function shownLog(run: RunState, tail: LogTail, choice: LogChoice): ShownLog | null {
  switch (choice.of) {
    case 'all':
      return { step: null, title: words.panes.allSteps, over: false, log: tail.all };
    case 'step': {
      const step = run.build.byId[choice.id];
      const title = step ? stepTitle(step) : '';
      return { step: choice.id, title, over: step ? isOver(step) : false, log: tail.of(choice.id) };
    }
    case 'newest': {
      const step = loggedStep(run);
      if (!step) return null;
      return { step: step.id, title: stepTitle(step), over: isOver(step), log: tail.of(step.id) };
    }
    default:
      return choice satisfies never;
  }
}

/** The lines that `c` copies: the newest, as many as every terminal takes at once. */
export function linesToCopy(shown: ShownLog | null, mostBytes: number): string[] {
  const { lines } = shown?.log ?? noLines;
  let room = mostBytes;
  let from = lines.length;
  while (from > 0) {
    room -= Buffer.byteLength(lines[from - 1] ?? '') + 1;
    if (room < 0) break;
    from -= 1;
  }
  return lines.slice(from);
}
