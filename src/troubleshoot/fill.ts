import type { Fix } from '../contract/diagnosis.ts';
import { displayLine } from './line.ts';
import type { FailureClass, Hit } from './types.ts';

type Groups = readonly (string | undefined)[];

/** What may stand in a command: nothing that a shell would take for more than a word. */
const word = /^[A-Za-z0-9_./][\w.@:/+-]*$/;

/**
 * A fix with what the log named in its command: `{1|NAME}` is the first group of the match, or NAME
 * where there is none or where it is no plain word. A log is a text of strangers: nothing of it may
 * become part of a command that does something else.
 */
export function fillFix(fix: Fix, groups: Groups): Fix {
  if (!fix.command?.includes('{')) return fix;
  const command = fix.command.replace(/\{(\d)\|([^}]*)\}/g, (_, group: string, other: string) => {
    const value = groups[Number(group) - 1]?.replace(/[.,;:]$/, '');
    return value && word.test(value) ? value : other;
  });
  return { ...fix, command };
}

/** The cause, with the detail that the match has; a detail without its group is left out. */
export function fillCause(failure: FailureClass, hit: Hit): string {
  if (!failure.detail) return failure.cause;
  let complete = true;
  const detail = failure.detail.replace(/\{(\d)\}/g, (_, group: string) => {
    const value = hit.groups[Number(group) - 1];
    if (!value) complete = false;
    return displayLine(value ?? '');
  });
  return complete ? `${failure.cause} ${detail}` : failure.cause;
}
