import type Docker from 'dockerode';
import { connectedEngine } from '../src/commands/engine.ts';
import type { Io } from '../src/commands/io.ts';
import { cleanKinds } from '../src/contract/clean.ts';
import { places } from '../src/profiles/places.ts';
import { removable } from '../src/troubleshoot/fixes/free-space.ts';
import { removalPlan } from '../src/troubleshoot/fixes/removal-plan.ts';
import type { CleanWorld } from './clean-world.ts';
import { own } from './own.ts';

/** What lies on the engine and in the folders of this person. */
export function cleanWorld(io: Io): CleanWorld {
  const { runs } = places(io.env, io.home);
  let docker: Docker | null = null;
  return {
    look: async () => {
      let note: string | null = null;
      try {
        docker = (await connectedEngine(io)).docker;
      } catch (error) {
        docker = null;
        note = error instanceof Error ? error.message : String(error);
      }
      const { items, keptCacheBytes } = await removable(docker, runs, cleanKinds);
      const largest = items.toSorted((a, b) => (b.bytes ?? 0) - (a.bytes ?? 0));
      return { items: largest, keptCacheBytes, note };
    },
    offer: (items) => {
      const plan = removalPlan(items, docker);
      const kinds = cleanKinds.filter((kind) => items.some((item) => item.kind === kind));
      return {
        fix: { label: plan.title },
        why: null,
        plan: {
          ...plan,
          id: 'clean',
          minutes: null,
          notes: [],
          // By hand whole kinds go: single things are the page's own.
          commands: [own(`clean ${kinds.map((kind) => `--${kind}`).join(' ')}`)],
          retries: false,
        },
      };
    },
  };
}
