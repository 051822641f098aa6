import { memoryLimitBytes } from '../../launch/memory-limit.ts';
import { formatMemory } from '../../text/format.ts';
import { answersPlan } from './other-answers.ts';
import type { FixAction } from './types.ts';

/** A higher limit for the container, up to what the engine can give. */
export const moreMemory: FixAction = async (trouble, fix, world) => {
  const { engine } = world.machine;
  const chosen = trouble.run?.request.choices.memoryLimitBytes;
  if (engine.state !== 'ready' || engine.memoryBytes <= 0) {
    return { not: 'Docker does not say how much memory it has.' };
  }
  const most = memoryLimitBytes(engine.memoryBytes);
  if (chosen === undefined || chosen >= most) {
    return {
      not: `The container may use ${formatMemory(most)} already, all that can be given here.`,
    };
  }
  return answersPlan(
    trouble,
    { memoryLimitBytes: most },
    {
      id: fix.applies ?? 'memory-limit-more',
      title: `Let the container use ${formatMemory(most)} of memory, not ${formatMemory(chosen)}`,
    },
    world,
  );
};
