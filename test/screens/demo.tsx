// The wizard over recorded events instead of a machine and an engine: for pictures and for tests of
// the real terminal. Usage: node dist-demo.js [good|bad|endless]
import { runWizard } from '../../screens/main.tsx';
import { systemClock } from '../../src/ports/clock.ts';
import { failedRun, rehearsalRun } from '../fixtures/events/runs.ts';
import { nothingSeen, planned, seen } from './data/machine.ts';
import { minuteSix } from './data/runs.ts';

const which = process.argv[2] ?? 'good';
const shift = Date.now() - Date.parse('2026-11-24T14:06:18.000Z');

const outcome = await runWizard({
  version: '0.1.0',
  clock: systemClock,
  terminal: { stdin: process.stdin, stdout: process.stdout, env: process.env },
  say: (line) => void process.stdout.write(`${line}\n`),
  sight: { pod: null, nvidia: true, last: null },
  proxy: null,
  rehearsal: async () => ({ choices: { recipe: 'rehearsal' }, profile: 'rehearsal' }),
  observe: async (_choices, onSeen) => {
    onSeen(nothingSeen);
    await systemClock.sleep(50);
    return seen;
  },
  planner: async () => ({ plan: () => planned, hubBytesPerSecond: 38_000_000 }),
  examine: async () => {},
  startAgain: async () => ({ url: 'http://127.0.0.1:8188' }),
  measureMirrors: async () => [],
  ownProfiles: async () => [],
  saveProfile: async (name) => `${name}.json`,
  tokenFrom: async () => 'none',
  startRun: async () => ({ runId: '20261124-140000-7f3a' }),
  async *follow(_runId, signal) {
    const events = which === 'good' ? rehearsalRun : which === 'bad' ? failedRun : minuteSix;
    for (const event of events) {
      if (signal.aborted) return;
      yield which === 'endless'
        ? { ...event, at: new Date(Date.parse(event.at) + shift).toISOString() }
        : event;
    }
    if (which !== 'endless') return;
    await new Promise<void>((resolve) => {
      const alive = setInterval(() => {}, 1_000);
      signal.addEventListener('abort', () => {
        clearInterval(alive);
        resolve();
      });
    });
  },
  control: async () => ({ ok: true }),
  walkRoad: async () => 'ready',
  rootRights: async () => 'have',
  askPassword: async () => true,
});
process.exitCode = typeof outcome === 'number' ? outcome : 0;
