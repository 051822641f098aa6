import { join } from 'node:path';
import { connectedEngine } from '../src/commands/engine.ts';
import type { Io } from '../src/commands/io.ts';
import { removable, removeItems } from '../src/troubleshoot/fixes/free-space.ts';
import { readBackground } from './connect-background.ts';
import type { FreeSpace } from './panes/run-world.ts';

/** Kinds that free gigabytes and that nobody misses while a build goes on. */
const KINDS = ['cache', 'images', 'runs'] as const;

/** Room on the engine and in the run records of this person. */
export function freeSpaceOf(io: Io, runsDir: string): FreeSpace {
  return {
    look: async (runId) => {
      const { docker } = await connectedEngine(io);
      const { plan } = await readBackground(runsDir, runId);
      const { items } = await removable(docker, runsDir, KINDS);
      const ref = plan?.image.ref;
      return items
        .filter(({ kind, name, id }) => {
          const built = kind === 'images' && ref !== undefined && name.includes(ref);
          return !built && id !== join(runsDir, runId);
        })
        .sort((a, b) => (b.bytes ?? 0) - (a.bytes ?? 0));
    },
    remove: async (items) => {
      const { docker } = await connectedEngine(io);
      return removeItems(docker, items, new AbortController().signal);
    },
  };
}
