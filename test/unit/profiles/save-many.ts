// Run as a process of its own by the store's tests: saves so many profiles and one that all share.
import { systemClock } from '../../../src/ports/clock.ts';
import { ProfileStore } from '../../../src/profiles/store.ts';

const [home = '', prefix = '', count = '0'] = process.argv.slice(2);
const store = new ProfileStore({ env: { STEADYDANCER_HOME: home }, home }, systemClock);
for (let n = 0; n < Number(count); n += 1) {
  await store.save(`${prefix}-${n}`, { port: 1024 + n });
  await store.save('shared', { port: 1024 + n, workflow: prefix.repeat(1 + (n % 50)) });
}
