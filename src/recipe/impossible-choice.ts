import type { ResolvedChoices } from '../contract/choices.ts';
import { Failure } from '../contract/failure.ts';
import { extraNode } from './extra-nodes.ts';
import { nodes } from './nodes.ts';
import { stackById, stacks } from './stacks.ts';

/** A choice that stands for nothing, whatever the recipe and the machine; null: there is none. */
export function impossibleChoice({ stack, extraNodes = [] }: ResolvedChoices): Failure | null {
  if (stack !== undefined && !stackById(stack)) {
    const ids = stacks().map(({ id }) => id);
    return refusal(
      'stack-unknown',
      `There is no stack \`${stack}\`; there are: ${ids.join(', ')}.`,
    );
  }
  const taken = new Map(
    nodes().nodes.map(({ optional, folder }) => [optional ? '' : folder, 'SteadyDancer itself']),
  );
  for (const text of extraNodes) {
    const { folder, repository } = extraNode(text);
    const by = [...taken].find(([name]) => name.toLowerCase() === folder.toLowerCase())?.[1];
    if (by !== undefined) {
      return refusal(
        'extra-node-twice',
        `extraNodes: ${repository} would go into the folder ${folder}, which ${by} has already.`,
      );
    }
    taken.set(folder, repository);
  }
  return null;
}

function refusal(code: string, sentence: string): Failure {
  return new Failure({ code, sentence, phase: 'prepare' });
}
