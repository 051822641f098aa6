import type { PhaseId } from '../../src/contract/ids.ts';
import {
  currentPhase,
  modelBytes,
  openQuestions,
  type RunState,
} from '../../src/pipeline/run-state.ts';
import { stepBytes } from '../../src/pipeline/steps.ts';
import { isOver, ofImage, shownSteps } from '../run-steps.ts';
import { words } from '../words.ts';

const buildPhases: readonly PhaseId[] = ['image', 'dependencies'];

/** How far the phase that goes on is. */
export interface Progress {
  phase: PhaseId;
  /** Whole percent; null where nothing can be counted. */
  percent: number | null;
}

/** How far a run is: steps of the image, bytes of the models, frames of the test video. */
export function progressOf(run: RunState): Progress | null {
  // Beside downloads the build is what a person asks about.
  const phase = buildPhases.find((id) => run.phases[id].state === 'running') ?? currentPhase(run);
  if (phase === null) return null;
  const part = partOf(run, phase);
  return { phase, percent: part === null ? null : Math.floor(Math.min(1, part) * 100) };
}

function partOf(run: RunState, phase: PhaseId): number | null {
  switch (phase) {
    case 'dependencies':
    case 'image':
      return stepsDone(run);
    case 'models': {
      const { bytes, totalBytes } = modelBytes(run);
      return totalBytes === 0 ? null : bytes / totalBytes;
    }
    case 'smoke': {
      const { value, max } = run.smokeProgress ?? {};
      return value === undefined || !max ? null : value / max;
    }
    case 'prepare':
    case 'validate':
    case 'launch':
    case 'push':
    case 'deploy':
      return null;
    default:
      return phase satisfies never;
  }
}

/** Steps that are done; one that runs counts as far as its bytes say. */
function stepsDone(run: RunState): number | null {
  const steps = shownSteps(run).filter(ofImage);
  if (steps.length === 0) return null;
  const done = steps.reduce((sum, step) => {
    if (isOver(step)) return sum + 1;
    const bytes = step.state === 'running' ? stepBytes(step) : null;
    return sum + (bytes && bytes.total > 0 ? Math.min(1, bytes.current / bytes.total) : 0);
  }, 0);
  return done / steps.length;
}

/** `37% image - steadydancer`, `asks - steadydancer`: the title of the terminal. */
export function titleOf(run: RunState): string {
  const { result } = run;
  if (result) return words.panes.title(result.ok ? words.panes.ready : words.panes.failed);
  if (openQuestions(run).length > 0) return words.panes.title(words.panes.asks);
  const progress = progressOf(run);
  if (!progress) return words.panes.title(words.panes.begins);
  const phase = words.phases[progress.phase];
  return words.panes.title(progress.percent === null ? phase : `${progress.percent}% ${phase}`);
}
