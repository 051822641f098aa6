// Draws a session's screen as SVG (and PNG where a program for it is installed), for the README.
// Usage: node test/terminal/harness/picture.ts OUT.svg [--size 80x24] [--keys 'down,enter'] \
//          [--wait TEXT] -- PROGRAM [ARGS…]
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { writePng } from './png.ts';
import { type Key, PtySession } from './session.ts';
import { screenSvg } from './svg.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    size: { type: 'string', default: '80x24' },
    /** Pressed one after the other once `wait` is on the screen: names of keys, or characters. */
    keys: { type: 'string', default: '' },
    wait: { type: 'string', multiple: true, default: [] },
    timeout: { type: 'string', default: '60' },
    png: { type: 'boolean', default: false },
    title: { type: 'string', default: 'SteadyDancer Wizard' },
  },
});
const [out, file, ...args] = positionals;
if (!out || !file) {
  console.error(
    'Usage: picture.ts OUT.svg [--size WxH] [--keys …] [--wait TEXT] -- PROGRAM [ARGS]',
  );
  process.exit(2);
}
const [columns = 80, rows = 24] = values.size.split('x').map(Number);
const session = new PtySession({ file, args, columns, rows, env: { CI: '', FORCE_COLOR: '1' } });
const limit = Number(values.timeout) * 1000;
const presses = values.keys.split(',').filter(Boolean);
// Each wait comes before the key of the same place: wait, key, wait, key, … wait, picture.
for (let index = 0; index < Math.max(values.wait.length, presses.length); index++) {
  const wanted = values.wait[index];
  if (wanted !== undefined) await session.waitFor(wanted, limit);
  const key = presses[index];
  if (key === undefined) continue;
  if (key.length === 1) session.type(key);
  else session.press(key as Key);
}
writeFileSync(out, screenSvg(session.terminal, values.title));
console.log(out);
if (values.png) {
  const png = out.replace(/\.svg$/, '.png');
  const by = writePng(out, png);
  console.log(by ? `${png} (${by})` : 'no PNG: neither rsvg-convert nor ImageMagick is installed');
}
await session.close();
