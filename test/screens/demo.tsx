// The wizard over recorded events instead of a machine and an engine: for pictures and for tests of
// the real terminal. Usage: node dist-demo.js [good|bad|endless]
import { runWizard } from '../../screens/main.tsx';
import { systemClock } from '../../src/ports/clock.ts';
import { failedRun, rehearsalRun } from '../fixtures/events/runs.ts';
import { nothingSeen, planned, seen } from './data/machine.ts';
import { minuteSix } from './data/runs.ts';

const which = process.argv[2] ?? 'good';
const shift = Date.now() - Date.parse('2026-11-24T14:06:18.000Z');

process.exitCode = await runWizard({
  version: '0.1.0',
  clock: systemClock,
  terminal: { stdin: process.stdin, stdout: process.stdout, env: process.env },
  say: (line) => void process.stdout.write(`${line}\n`),
  choices: {},
  profile: null,
  observe: async (onSeen) => {
    onSeen(nothingSeen);
    await systemClock.sleep(50);
    return seen;
  },
  plan: async () => planned,
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
