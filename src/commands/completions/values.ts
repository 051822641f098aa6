import type { z } from 'zod';
import { phaseIds } from '../../contract/ids.ts';
import { allowedWords, choiceLeaves } from '../../profiles/choice-words.ts';
import { listProfiles } from '../../profiles/find-profile.ts';
import { places } from '../../profiles/places.ts';
import { knownRuns } from '../../runner/live-runs.ts';
import type { Io } from '../io.ts';
import type { Candidate, ValuesOf } from './candidates.ts';

/** What the options and arguments of our commands take here: profiles, runs, choices, phases. */
export async function valuesHere(io: Io): Promise<ValuesOf> {
  const { profiles } = listProfiles(io);
  const runs = await knownRuns(places(io.env, io.home).runs);
  const names = profiles.map(({ profile }) => plain(profile.name, profile.description));
  const ids = runs.map(({ record }) => plain(record.id, record.profile ?? ''));
  return (takes, partial) => {
    switch (takes) {
      case 'name':
      case 'profile':
      case 'profiles names':
        return names;
      case 'run':
      case 'id':
      case 'attach run':
      case 'logs run':
        return ids;
      case 'phase':
        return phaseIds.map((id) => plain(id));
      case 'key=value':
        return choices(partial);
      case 'transport':
        return [plain('buildx'), plain('engine')];
      case 'weights':
        return enumOf('variant');
      case 'models action':
        return ['pull', 'verify', 'list', 'where', 'remove'].map((word) => plain(word));
      case 'profiles action':
        return PROFILE_ACTIONS.map((word) => plain(word));
      case 'completions shell':
        return ['bash', 'zsh', 'fish'].map((word) => plain(word));
      default:
        return null;
    }
  };
}

const PROFILE_ACTIONS = [
  ...['list', 'show', 'save', 'copy', 'rename', 'delete', 'export', 'import', 'default'],
];

/** `variant=` first, then `variant=fp8` …, once the key is typed. */
function choices(partial: string): Candidate[] {
  const at = partial.indexOf('=');
  if (at < 0) return [...choiceLeaves().keys()].map((key) => plain(`${key}=`, allowedWords(key)));
  const key = partial.slice(0, at);
  return enumOf(key).map(({ value }) => plain(`${key}=${value}`));
}

function enumOf(key: string): Candidate[] {
  const schema = choiceLeaves().get(key);
  if (schema?.def.type !== 'enum') return [];
  return (schema as z.ZodEnum).options.map((word) => plain(String(word)));
}

function plain(value: string, description = ''): Candidate {
  return { value, description };
}
