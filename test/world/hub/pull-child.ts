// A pull in a process of its own, to be killed: node pull-child.ts HUB FOLDER JSON(models)

import { hubAccess } from '../../../src/models/hub-access.ts';
import { pull } from '../../../src/models/pull.ts';
import { webOf } from '../../../src/models/web.ts';
import { systemClock } from '../../../src/ports/clock.ts';

const [endpoint = '', folder = '', models = '[]'] = process.argv.slice(2);
const web = webOf({});
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
