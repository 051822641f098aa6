// Goes through the real wizard by keys, on the engine that runs here, and draws its pages as
// SVG for the README (PNG beside them with --png).
// Usage: node test/terminal/harness/wizard-pictures.ts [--out FOLDER] [--size 80x24] [-- PROGRAM ARGS…]
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { writePng } from './png.ts';
import { type Key, PtySession } from './session.ts';
import { screenSvg } from './svg.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: 'string', default: join(root, '.github', 'pictures') },
    size: { type: 'string', default: '80x24' },
    png: { type: 'boolean', default: false },
  },
});
const [file = process.execPath, ...args] =
  positionals.length > 0 ? positionals : [process.execPath, join(root, 'dist', 'main.js')];
const [columns = 80, rows = 24] = values.size.split('x').map(Number);

/** Each page: what shows that it is there, whole, and the key that leads on from it. */
const pages: { name: string; title: string; shows: RegExp; key: Key | string }[] = [
  { name: 'welcome', title: 'The welcome', shows: /❯ Rehearse only/, key: 'enter' },
  { name: 'machine', title: 'What this computer is', shows: /Recommended/, key: 'enter' },
  { name: 'review', title: 'What Start will do', shows: /\[Review\][\s\S]*Start$/m, key: 's' },
  { name: 'run', title: 'The run', shows: /\d of \d done[\s\S]*RUN/, key: '' },
  { name: 'report', title: 'The report', shows: /READY in/, key: 'enter' },
];

mkdirSync(values.out, { recursive: true });
// Under CI=true colours are left out: a picture has them.
const env = { CI: '', FORCE_COLOR: '1', HOME: process.env.HOME ?? '/' };
const session = new PtySession({
  file,
  args,
  columns,
  rows,
  env: {
    ...env,
    ...(process.env.DOCKER_HOST ? { DOCKER_HOST: process.env.DOCKER_HOST } : {}),
    ...(process.env.STEADYDANCER_HOME ? { STEADYDANCER_HOME: process.env.STEADYDANCER_HOME } : {}),
  },
});
// Down to the rehearsal, wherever it stands in the menu here.
await session.waitFor('Rehearse only', 120_000);
while (!/❯ Rehearse only/.test(session.text())) {
  const before = session.text();
  session.press('down');
  while (session.text() === before) await new Promise((resolve) => setTimeout(resolve, 20));
}
for (const { name, title, shows, key } of pages) {
  await session.waitFor(shows, 120_000);
  const svg = join(values.out, `${name}.svg`);
  writeFileSync(svg, screenSvg(session.terminal, `SteadyDancer Wizard: ${title}`));
  console.log(svg);
  if (values.png) writePng(svg, svg.replace(/\.svg$/, '.png'));
  if (key.length === 1) session.type(key);
  else if (key !== '') session.press(key as Key);
}
const { exitCode } = await session.waitForExit();
const { tall, clears } = session.flicker();
console.log(`exit ${exitCode}, frames taller than the terminal: ${tall}, cleared: ${clears}`);
process.exitCode = exitCode;
