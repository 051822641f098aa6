import { type MirrorKind, mirrorKinds } from '../../contract/choices.ts';
import type { Fix } from '../../contract/diagnosis.ts';
import { choiceChanges } from './choice-changes.ts';
import { setsOf } from './command-sets.ts';

/** Fixes that are more than another answer; actions.ts has what each does. */
export const actionIds = [
  'answers',
  'retry',
  'no-cache',
  'clean',
  'prune-build-cache',
  'next-free-port',
  'memory-limit-more',
  'models-pull',
  'move-models',
  'own-folders',
  'derive-image',
  'write-cdi-list',
  'install-toolkit',
  'install-engine',
  'start-engine',
  'start-desktop',
  'join-docker-group',
] as const;
export type ActionId = (typeof actionIds)[number] | `mirror-${MirrorKind}`;

const known = new Set<string>([
  ...actionIds,
  ...Object.keys(choiceChanges),
  ...mirrorKinds.map((kind) => `mirror-${kind}`),
]);

/**
 * What the wizard can do itself about a fix: what it says, else what a command of ours in it does.
 * Undefined where only a person can.
 */
export function appliesOf({ applies, command }: Fix): string | undefined {
  if (applies !== undefined) return known.has(applies) ? applies : undefined;
  if (command === undefined || /&&|\||;/.test(command)) return undefined;
  if (/^steadydancer clean( --\w+)+$/.test(command)) return 'clean';
  if (/^steadydancer run( --profile \S+)?$/.test(command)) return 'retry';
  if (/^steadydancer run --no-cache$/.test(command)) return 'no-cache';
  if (/^steadydancer run( --profile \S+)?( --set \S+)+$/.test(command) && setsOf(command)) {
    return 'answers';
  }
  return undefined;
}

/** A fix that names what the wizard can do about it. */
export function withApplies(fix: Fix): Fix {
  const applies = appliesOf(fix);
  if (applies !== undefined) return { ...fix, applies };
  const { applies: _unknown, ...rest } = fix;
  return rest;
}
