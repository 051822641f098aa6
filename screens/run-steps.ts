import { buildSteps, type RunState } from '../src/pipeline/run-state.ts';
import type { BuildStep } from '../src/pipeline/steps.ts';

/** Steps of the image; BuildKit's own reading and sending is left out once it is done. */
export function shownSteps(state: RunState): BuildStep[] {
  return buildSteps(state).filter(
    (step) =>
      step.state !== 'unneeded' &&
      (ofImage(step) || step.state === 'failed' || (step.state === 'running' && step.title !== '')),
  );
}

/** A step of the Dockerfile or the export, and not BuildKit's own reading and sending. */
export function ofImage({ stage, title }: BuildStep): boolean {
  return stage !== null || /^export/.test(title);
}

export function isOver({ state }: BuildStep): boolean {
  return state === 'done' || state === 'canceled';
}

export function isGoing({ state }: BuildStep): boolean {
  return state === 'running' || state === 'failed';
}

/** A build goes on; the engine says nothing before it has the whole context. */
export function isBuilding({ phases }: RunState): boolean {
  return phases.image.state === 'running' || phases.dependencies.state === 'running';
}

/**
 * The step whose log is shown: the failed one, else the newest that runs and has said something,
 * else, between two steps of a build, the last one. Null when nothing is being built.
 */
export function loggedStep(state: RunState): BuildStep | null {
  const steps = buildSteps(state).filter(({ title }) => title !== '');
  const failed = steps.find((step) => step.state === 'failed');
  if (failed || !isBuilding(state)) return failed ?? null;
  const said = steps.filter((step) => step.log.lines.length > 0);
  return said.findLast((step) => step.state === 'running') ?? said.at(-1) ?? null;
}

/** `python: uv pip install torch`: a step as a person knows it. */
export function stepTitle({ stage, title }: BuildStep): string {
  return stage ? `${stage}: ${title}` : title;
}
