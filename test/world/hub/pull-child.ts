// A pull in a process of its own, to be killed: node pull-child.ts HUB FOLDER JSON(models) COUNT
// COUNT is a file that always says how many bytes have reached the process.
import { openSync, writeSync } from 'node:fs';

import { hubAccess } from '../../../src/models/hub-access.ts';
import { pull } from '../../../src/models/pull.ts';
import { webOf } from '../../../src/models/web.ts';
import { systemClock } from '../../../src/ports/clock.ts';
import { counting } from './counting.ts';

const [endpoint = '', folder = '', models = '[]', countFile = ''] = process.argv.slice(2);
const count = openSync(countFile, 'w');
let received = 0;
const web = counting(webOf({}), (bytes) => {
  received += bytes;
  writeSync(count, String(received).padEnd(20), 0);
});
const report = await pull({
  folder,
  models: JSON.parse(models),
  access: hubAccess({ HOME: '/nonexistent' }, { endpoint }),
  web,
  clock: systemClock,
  emit: (event) => process.stdout.write(`${JSON.stringify(event)}\n`),
  signal: new AbortController().signal,
  limits: { leastPartBytes: 64 * 1024, backoffMs: 1, backoffMaxMs: 8 },
});
await web.destroy();
const states = report.files.map(({ state }) => state);
process.stdout.write(`${JSON.stringify({ type: 'end', ok: report.ok, states })}\n`);
