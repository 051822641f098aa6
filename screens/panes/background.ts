import { type Instruction, parseDockerfile } from '../../src/build/dockerfile.ts';
import type { Plan } from '../../src/contract/plan.ts';
import type { UsualTime } from '../../src/pipeline/step-history.ts';
import { cleanStepName } from '../../src/pipeline/steps.ts';

/** What is known of a run beside its events: what it was planned to do, and what earlier ones took. */
export interface RunBackground {
  plan: Pick<Plan, 'disk' | 'downloadBytes' | 'image' | 'minutes'> | null;
  /** Text of the Dockerfile that is built. */
  dockerfile: string | null;
  /** By the title of a step, its stage included. */
  usual: ReadonlyMap<string, UsualTime>;
}

export const noBackground: RunBackground = { plan: null, dockerfile: null, usual: new Map() };

/**
 * The instruction that a step was made from, found by what a person reads of it; null where none or
 * several fit (a variable was filled in, or it stands there twice).
 */
export function instructionOf(
  dockerfile: string | null,
  step: { stage: string | null; title: string },
): Instruction | null {
  if (dockerfile === null || step.stage === null) return null;
  let stages = 0;
  let stage = '';
  const fitting = parseDockerfile(dockerfile).filter(({ keyword, rest }) => {
    if (keyword === 'FROM') {
      // Without a name BuildKit calls a stage by its number (frontend/dockerfile/dockerfile2llb).
      stage = /\sAS\s+(\S+)/i.exec(rest)?.[1] ?? `stage-${stages}`;
      stages += 1;
    }
    const { title } = cleanStepName(`[${stage} 1/1] ${keyword} ${rest}`);
    return title === step.title && stage.toLowerCase() === step.stage?.toLowerCase();
  });
  return fitting.length === 1 ? (fitting[0] ?? null) : null;
}

/**
 * When the run is done, by its plan: the middle of what was planned, and once that has passed the
 * far end. Null where nothing was planned, and when it takes longer than that.
 */
export function doneAbout(
  { plan }: RunBackground,
  startedAt: string | null,
  now: Date,
): Date | null {
  if (!plan || startedAt === null || plan.minutes.high === 0) return null;
  const { low, high } = plan.minutes;
  const start = Date.parse(startedAt);
  const middle = start + ((low + high) / 2) * 60_000;
  const end = start + high * 60_000;
  if (now.getTime() < middle) return new Date(middle);
  return now.getTime() < end ? new Date(end) : null;
}
