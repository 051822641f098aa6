import type { RunState } from '../../src/pipeline/run-state.ts';
import { levelLines, phaseStrip } from '../run-layout.ts';
import type { RunBackground } from './background.ts';
import { diskLines } from './disk-lines.ts';
import { gpuLines } from './gpu-lines.ts';
import { modelLines } from './model-lines.ts';
import { noticeLines, waitingLines } from './notices.ts';
import type { PaneDrawn } from './pane-title.ts';
import type { BodyLines } from './run-body.tsx';
import { stepLines, stepRows } from './step-lines.ts';

/** Everything that a run has to show, as lines of whatever width a layout gives them. */
export function bodyLines(
  run: RunState,
  drawn: PaneDrawn,
  background: RunBackground,
  { cursor, asked }: { cursor: string | null; asked: boolean },
): BodyLines {
  const sized = (width: number): PaneDrawn => ({ ...drawn, width });
  return {
    strip: run.run === null ? waitingLines(run, drawn) : [phaseStrip(run, drawn)],
    // A question says itself what it warns of.
    notices: asked ? [] : noticeLines(run, drawn),
    stepRows: stepRows(run),
    steps: (rows, width) => stepLines(run, rows, sized(width), background, cursor),
    levels: (width) => levelLines(run, sized(width)),
    models: (width) => modelLines(run, sized(width), background),
    disk: (width) => diskLines(run, sized(width), background),
    gpu: (width) => gpuLines(run, sized(width)),
  };
}
