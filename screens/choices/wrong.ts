import { UsageError } from '../../src/contract/failure.ts';
import { parseSet } from '../../src/profiles/parse-set.ts';

/** Why a text cannot be the value of a choice, in the words of `--set`; null where it can. */
export function wrongFor(key: string, text: string): string | null {
  try {
    parseSet(`${key}=${text.trim()}`);
    return null;
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
}
