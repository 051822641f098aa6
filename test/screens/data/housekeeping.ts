import type { CleanWorld } from '../../../screens/clean-world.ts';
import type { ProfileRow, ProfilesWorld } from '../../../screens/profiles-world.ts';
import type { Choices } from '../../../src/contract/choices.ts';
import type { CleanItem } from '../../../src/contract/clean.ts';
import { UsageError } from '../../../src/contract/failure.ts';
import { shippedProfiles } from '../../../src/profiles/shipped.ts';
import { removalPlan } from '../../../src/troubleshoot/fixes/removal-plan.ts';

const own: ProfileRow = {
  name: 'evening',
  description: null,
  origin: 'own',
  default: true,
  path: '/home/mia/own/profiles/evening.json',
  choices: { recipe: 'steadydancer', variant: 'fp8', attention: 'sdpa' },
  last: {
    id: '20261123-140000-7f3a',
    startedAt: '2026-11-23T14:00:00.000Z',
    state: 'failed',
    summary: 'Disk / is full.',
  },
};

export const cleanItems: readonly CleanItem[] = [
  item('cache', 'c1', 'mount / from exec /bin/sh -c pip install torch==2.5.1', 6.1e9),
  item('cache', 'c2', '[build 3/4] COPY --from=build /opt/conda /opt/conda', 2.2e9),
  item('images', 'i1', 'steadydancer:8c1f03a28c1f', 11.4e9),
  item('runs', '/home/mia/own/runs/20261101-120000-aaaa', '20261101-120000-aaaa', 3.2e6),
];

function item(kind: CleanItem['kind'], id: string, name: string, bytes: number): CleanItem {
  const consequence = { cache: 'Builds that use it take longer next time.' }[kind as 'cache'];
  return {
    kind,
    id,
    name,
    bytes,
    lastUsedAt: '2026-11-12T10:00:00.000Z',
    ours: true,
    consequence: consequence ?? 'It has to be made again.',
  };
}

/** Profiles and leftovers as the screens see them; what is done to them is written down. */
export function housekeeping() {
  let rows: ProfileRow[] = [
    own,
    ...shippedProfiles().map(
      ({ name, description, choices }): ProfileRow => ({
        name,
        description: description ?? null,
        origin: 'shipped',
        default: false,
        path: null,
        choices,
        last: null,
      }),
    ),
  ];
  const did: string[] = [];
  const saved: { name: string; choices: Choices }[] = [];
  const add = (name: string) => {
    rows = [{ ...own, name, default: false, last: null }, ...rows];
  };
  const profiles: ProfilesWorld = {
    list: async () => ({
      rows,
      problems: [
        {
          path: '/home/mia/own/profiles/old.json',
          text: 'The profile file /home/mia/own/profiles/old.json is not usable: it is not JSON.',
        },
      ],
    }),
    copy: async (from, to) => {
      did.push(`copy ${from} ${to}`);
      add(to);
    },
    rename: async (from, to) => {
      did.push(`rename ${from} ${to}`);
      rows = rows.map((row) => (row.name === from ? { ...row, name: to } : row));
    },
    delete: async (name) => {
      did.push(`delete ${name}`);
      rows = rows.filter((row) => row.name !== name);
      return `/home/mia/own/profiles/${name}.json`;
    },
    setDefault: async (name) => {
      did.push(`default ${name}`);
      rows = rows.map((row) => ({ ...row, default: row.name === name }));
    },
    export: async (name, file) => {
      did.push(`export ${name} ${file}`);
      return `/home/mia/${file}`;
    },
    import: async (file) => {
      if (file !== 'good.json') throw new UsageError(`${file} is not JSON.`);
      add('good');
      return 'good';
    },
    save: async (name, choices) => void saved.push({ name, choices }),
    choicesOfRun: async () => ({ recipe: 'rehearsal', port: 9000, target: 'local' }),
  };
  let items = cleanItems;
  const removed: string[] = [];
  const cleaning: CleanWorld = {
    look: async () => ({ items, keptCacheBytes: 35.5e9, note: null }),
    offer: (marked) => {
      const plan = {
        ...removalPlan(marked, null),
        id: 'clean',
        minutes: null,
        notes: [],
        commands: ['steadydancer clean --cache'],
        retries: false,
        apply: async (_signal: AbortSignal, onLine: (line: string) => void) => {
          removed.push(...marked.map(({ id }) => id));
          items = items.filter(({ id }) => !removed.includes(id));
          onLine(`Removed ${marked.length} of ${marked.length}: 6.1 GB.`);
          return {};
        },
      };
      return { fix: { label: plan.title }, plan, why: null };
    },
  };
  const deps = { profiles: async () => profiles, cleaning: async () => cleaning };
  return { deps, did, saved, removed };
}
