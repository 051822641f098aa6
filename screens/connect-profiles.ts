import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Io } from '../src/commands/io.ts';
import { planSchema } from '../src/contract/plan.ts';
import { systemClock } from '../src/ports/clock.ts';
import { expandHome } from '../src/ports/expand-home.ts';
import { listProfiles } from '../src/profiles/find-profile.ts';
import { places } from '../src/profiles/places.ts';
import { ProfileStore } from '../src/profiles/store.ts';
import { lastRunOfEach } from '../src/runner/last-run.ts';
import type { ProfilesWorld } from './profiles-world.ts';

/** The person's profiles, with what their runs came to. */
export function profilesWorld(io: Io): ProfilesWorld {
  const { runs } = places(io.env, io.home);
  const store = new ProfileStore(io, systemClock);
  const pathOf = (text: string) => resolve(io.cwd, expandHome(text.trim(), io.home));
  return {
    list: async () => {
      const { profiles, problems } = listProfiles(io);
      const standard = store.default();
      const last = lastRunOfEach(runs);
      return {
        rows: profiles.map(({ profile, origin, path }) => ({
          name: profile.name,
          description: profile.description ?? null,
          origin,
          default: profile.name === standard,
          path,
          choices: profile.choices,
          last: last.get(profile.name) ?? null,
        })),
        problems: problems.map(({ path, sentence }) => ({ path, text: sentence })),
      };
    },
    copy: async (from, to) => void (await store.copy(from, to)),
    rename: async (from, to) => void (await store.rename(from, to)),
    delete: (name) => store.delete(name),
    setDefault: (name) => store.setDefault(name),
    export: async (name, file) => store.export(name, pathOf(file)),
    import: async (file) => (await store.import(pathOf(file))).profile.name,
    save: async (name, choices) => void (await store.save(name, choices)),
    choicesOfRun: async (runId) => {
      try {
        const file = join(runs, runId, 'inputs', 'plan.json');
        return planSchema.parse(JSON.parse(await readFile(file, 'utf8'))).choices;
      } catch {
        return null;
      }
    },
  };
}
