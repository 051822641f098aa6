import { formatBytes } from '../../text/format.ts';
import { type Check, ok, skip, warn } from '../types.ts';

export const leftoverChecks: readonly Check[] = [
  {
    id: 'unfinished-runs',
    title: 'Unfinished runs',
    group: 'own',
    look: ({ inventory }) => {
      if (!inventory) return skip('runs could not be listed');
      const dead = inventory.runs.filter((run) => run.state === 'dead');
      return dead.length === 0
        ? ok('none')
        : ok(`${dead.length} ended without a result; the next run takes up what they left`);
    },
  },
  {
    id: 'containers',
    title: 'Our containers',
    group: 'own',
    look: ({ inventory, machine }) => {
      if (!inventory || machine.engine.state !== 'ready') return skip('needs Docker');
      const stopped = inventory.containers.filter(({ state }) => state !== 'running');
      const running = inventory.containers.length - stopped.length;
      if (stopped.length === 0) return ok(running === 0 ? 'none' : `${running} running`);
      const names = stopped.map(({ name }) => name).join(', ');
      return warn(`${stopped.length} stopped: ${names}`, {
        label: 'See what can go (nothing is removed without a list and a y)',
        command: 'steadydancer clean',
      });
    },
  },
  {
    id: 'images',
    title: 'Our images',
    group: 'own',
    look: ({ inventory, machine }) => {
      if (!inventory || machine.engine.state !== 'ready') return skip('needs Docker');
      if (inventory.images.length === 0) return ok('none');
      const bytes = inventory.images.reduce((sum, image) => sum + image.bytes, 0);
      return ok(`${inventory.images.length}, ${formatBytes(bytes)}`);
    },
  },
];
