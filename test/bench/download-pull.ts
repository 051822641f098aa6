// Pulls the one file and prints what that took: node test/bench/download-pull.ts HUB FOLDER
import { hubAccess } from '../../src/models/hub-access.ts';
import { pull } from '../../src/models/pull.ts';
import { webOf } from '../../src/models/web.ts';
import { systemClock } from '../../src/ports/clock.ts';

const [endpoint = '', folder = ''] = process.argv.slice(2);
const web = webOf({});
const report = await pull({
  folder,
  models: [
    {
      id: 'big',
      file: 'big.bin',
      origin: { kind: 'hub', repo: 'a/b', revision: 'main', path: 'big.bin' },
      bytes: null,
      sha256: null,
    },
  ],
  access: hubAccess({ HOME: '/nonexistent' }, { endpoint }),
  web,
  clock: systemClock,
  emit: () => undefined,
  signal: new AbortController().signal,
});
await web.destroy();
process.stdout.write(
  `${JSON.stringify({ ok: report.ok, code: report.failure?.code, maxRssBytes: process.resourceUsage().maxRSS * 1024 })}\n`,
);
