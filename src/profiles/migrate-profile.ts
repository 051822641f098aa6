import { choicesSchema } from '../contract/choices.ts';
import { PROFILE_SCHEMA, type Profile, profileSchema } from '../contract/profile.ts';
import { sanitiseLine } from '../text/sanitise.ts';
import { allowedWords, choiceLeaves } from './choice-words.ts';

export type Migrated = { ok: true; profile: Profile } | { ok: false; sentence: string };

type Raw = Record<string, unknown>;

/** Each takes a file of its version and gives one of the next. Pure; conf's own write on read. */
const migrations: Record<number, (raw: Raw) => Raw> = {
  // A file that somebody wrote by hand: the choices alone, or with a name around them.
  0: (raw) => {
    const { name, description, choices, ...rest } = raw;
    return {
      schema: 1,
      ...(name === undefined ? {} : { name }),
      ...(description === undefined ? {} : { description }),
      choices: choices ?? rest,
    };
  },
};

/**
 * What a profile's file holds, as a profile of today's schema. The file's own name decides what the
 * profile is called: a copied file is a profile of its own.
 * @param name as the file is called, without `.json`
 */
export function migrateProfile(raw: unknown, name: string): Migrated {
  if (raw === null || typeof raw !== 'object' || Array.isArray(raw)) {
    return { ok: false, sentence: 'it holds no object' };
  }
  let current = raw as Raw;
  const version = current.schema ?? 0;
  if (typeof version !== 'number' || !Number.isInteger(version) || version < 0) {
    return { ok: false, sentence: 'its `schema` is no version number' };
  }
  if (version > PROFILE_SCHEMA) {
    return {
      ok: false,
      sentence: `a newer steadydancer wrote it (schema ${version}; this one reads up to ${PROFILE_SCHEMA})`,
    };
  }
  for (let from = version; from < PROFILE_SCHEMA; from += 1) {
    current = migrations[from]?.(current) ?? current;
  }
  const parsed = profileSchema.safeParse({ ...current, name });
  if (parsed.success) return { ok: true, profile: parsed.data };
  return { ok: false, sentence: whatIsWrong(current, parsed.error.issues) };
}

/** The first thing that is wrong, with what would be right. */
function whatIsWrong(
  raw: Raw,
  issues: readonly { code: string; path: PropertyKey[]; message: string; keys?: string[] }[],
): string {
  const [issue] = issues;
  if (!issue) return 'it is no profile';
  const path = issue.path.map((key) => shown(String(key)));
  const unknown = issue.keys?.[0];
  if (issue.code === 'unrecognized_keys' && unknown !== undefined) {
    return `it has a key that is not known here: \`${[...path, shown(unknown)].join('.')}\``;
  }
  if (path[0] === 'choices' && path.length > 1) {
    const key = path.slice(1).join('.');
    const leaf = choiceLeaves().has(key) ? key : (path[1] ?? key);
    if (choiceLeaves().has(leaf)) return `its choice \`${leaf}\` takes ${allowedWords(leaf)}`;
    return `its choice \`${key}\` is not as it should be`;
  }
  if (path[0] === 'choices' && !choicesSchema.safeParse(raw.choices).success) {
    return 'its `choices` are no object';
  }
  return `its \`${path.join('.')}\` is not as it should be: ${issue.message}`;
}

/** A key of a file by somebody else, in one line: control characters as JSON writes them. */
function shown(key: string): string {
  return sanitiseLine(JSON.stringify(key).slice(1, -1));
}
