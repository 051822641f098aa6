// Plays the long run of the screens' tests into a run's folder, so that the real program can be looked
// at in a real terminal:
//   node test/terminal/harness/replay.ts --home DIR [--from 600] [--speed 4] [--moment 'disk warning']
//   STEADYDANCER_HOME=DIR node dist/main.js attach          (in another terminal)
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { dockerfile, eventAt, LONG_RUN_ID, longRun } from '../../screens/data/long-run.ts';
import { longRunPlan } from '../../screens/data/long-run-plan.ts';
import { moments } from '../../screens/data/run-moments.ts';
import { START } from '../../screens/data/runs.ts';
import { ReplayedRun } from './replayed-run.ts';

const { values } = parseArgs({
  options: {
    home: { type: 'string' },
    from: { type: 'string', default: '0' },
    speed: { type: 'string', default: '1' },
    moment: { type: 'string' },
  },
});
if (!values.home) throw new Error('--home is missing');
const moment = values.moment ? moments[values.moment] : undefined;
let second = moment?.second ?? Number(values.from);
const run = await ReplayedRun.open({
  runsDir: join(values.home, 'runs'),
  runId: LONG_RUN_ID,
  nowOfEvents: new Date(START + second * 1000),
  plan: longRunPlan,
  dockerfile,
});
run.write(moment?.events ?? longRun(second));
const speed = Number(values.speed);
const timer = setInterval(() => {
  if (moment) return;
  const before = second;
  second += speed / 10;
  run.write(longRun(second).slice(longRun(before).length));
}, 100);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    clearInterval(timer);
    run.write([
      eventAt(second, {
        type: 'result',
        ok: false,
        exitCode: 130,
        phase: 'image',
        runId: LONG_RUN_ID,
        runDir: run.dir,
        planDigest: '0'.repeat(64),
        summary: 'Stopped.',
        image: null,
        container: null,
        url: null,
        asked: {},
        built: {},
        phases: [],
        smoke: [],
        outputs: [],
        diagnoses: [],
      }),
    ]);
    run.close();
  });
}
