import type { Choices } from '../../contract/choices.ts';
import { UsageError } from '../../contract/failure.ts';
import { parseSets } from '../../profiles/parse-set.ts';

/** The choices that a command of ours sets; null where a part of it is for a person to fill in. */
export function setsOf(command: string | undefined): Partial<Choices> | null {
  const words = command?.split(/\s+/) ?? [];
  const sets = words.filter((_word, at) => ['--set', '-s'].includes(words[at - 1] ?? ''));
  if (sets.length === 0 || sets.some((set) => /=(?:URL|DIR|GIT@COMMIT|NAME|FILE)$/.test(set))) {
    return null;
  }
  try {
    return parseSets(sets);
  } catch (error) {
    if (error instanceof UsageError) return null;
    throw error;
  }
}
