import { appendFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { cells } from '../../screens/kit/cells.ts';
import { Wizard } from '../../screens/wizard.tsx';
import type { Page } from '../../screens/wizard-state.ts';
import { housekeeping } from './data/housekeeping.ts';
import { littleMemory, plannedWorld } from './planned-world.tsx';
import { type Rendered, type RenderOptions, renderScreen } from './render.ts';

/** FRAMES_FILE=… keeps every frame, to be looked at beside the mock-ups. */
const framesFile = process.env.FRAMES_FILE;

const pages: [Page, string[]][] = [
  [{ at: 'welcome' }, ['Set up SteadyDancer', 'Rehearse only', 'RTX 4090']],
  [{ at: 'target' }, ['RTX 4090', 'Another computer']],
  [{ at: 'variant' }, ['fp8', 'recommended', '[Variant]']],
  [{ at: 'attention' }, ['flash-attn', 'CUDA 12.8', '[Attention]']],
  [{ at: 'folders' }, ['Models', 'Next', '[Folders]']],
  [{ at: 'options' }, ['[Options]', 'Next']],
  [{ at: 'mirrors' }, ['Mirrors', 'not measured yet']],
  [{ at: 'expose', listen: '0.0.0.0' }, ['network', 'y publish it']],
  [{ at: 'save' }, ['Name', 'rtx-4090-fp8']],
  [{ at: 'image' }, ['Which image?', 'Image']],
  [{ at: 'by-command', about: 'smoke' }, ['smoke --url']],
  [{ at: 'profiles' }, ['evening', 'rtx-3060-12gb', 'not usable', 'Enter']],
  [{ at: 'profile-name', ask: { kind: 'copy', of: 'evening' } }, ['which name', 'evening-copy']],
  [{ at: 'profile-delete', name: 'evening', path: '/p/evening.json' }, ['undone', 'y delete it']],
  [{ at: 'token' }, ['Type one', 'Forget']],
  [{ at: 'token-text', keep: true }, ['not shown', 'Token']],
  [{ at: 'clean' }, ['[ ]', '8.3 GB', 'Build cache']],
];
const sizes = [
  [80, 24],
  [120, 40],
  [40, 15],
] as const;
const terminals = {
  unicode: { LANG: 'C.UTF-8', TERM: 'xterm-256color' },
  ascii: { LANG: 'C', TERM: 'linux' },
  'no colour': { LANG: 'C.UTF-8', TERM: 'xterm', NO_COLOR: '1' },
} as const;

async function shown(page: Page, options: RenderOptions): Promise<Rendered> {
  const w = plannedWorld({ machine: littleMemory });
  Object.assign(w.deps, housekeeping().deps);
  await w.session.planning.look();
  if (page.at === 'profiles') await w.session.profiles.open();
  else if (page.at === 'clean') await w.session.cleaning.open();
  else if (page.at !== 'welcome') w.session.open(page);
  return renderScreen(<Wizard session={w.session} deps={w.deps} />, options);
}

describe.each(pages)('$at', (page, says) => {
  for (const [columns, rows] of sizes) {
    for (const [terminal, env] of Object.entries(terminals)) {
      test(`${columns}x${rows}, ${terminal}: fits and says what counts`, async () => {
        const screen = await shown(page, { columns, rows, env });
        const lines = await screen.lines();
        if (framesFile) {
          const head = `== ${page.at} ${columns}x${rows} ${terminal}`;
          appendFileSync(framesFile, `${head}\n${lines.join('\n')}\n`);
        }
        for (const line of lines) expect(cells(line)).toBeLessThanOrEqual(columns);
        const text = lines.join(' ').replace(/\s+/g, ' ');
        for (const wanted of says) expect(text).toContain(wanted);
        expect(lines.at(-1)).not.toBe('');
        if (terminal === 'ascii') expect(lines.join('')).toMatch(/^[\x20-\x7e]*$/);
        expect(screen.flicker).toEqual({ clears: 0, tall: 0 });
        await screen.unmount();
      });
    }
  }

  test('is drawn anew at another size', async () => {
    const screen = await shown(page, { columns: 120, rows: 40 });
    await screen.resize(40, 15);
    await screen.resize(80, 24);
    const fresh = await shown(page, { columns: 80, rows: 24 });
    expect(await screen.lines()).toEqual(await fresh.lines());
    expect(screen.flicker.tall).toBe(0);
    await screen.unmount();
    await fresh.unmount();
  });

  test('a screen reader gets words for signs', async () => {
    const env = { INK_SCREEN_READER: 'true', LANG: 'C.UTF-8' };
    const screen = await shown(page, { columns: 80, rows: 200, env });
    const text = await screen.text();
    expect(text).not.toMatch(/[─✓⚠✗❯█░×]|-----|\[##/);
    expect(text.trim().split('\n').length).toBeGreaterThan(2);
    await screen.unmount();
  });
});

test.each(
  pages.filter(([{ at }]) => !['save', 'image', 'profile-name', 'token-text'].includes(at)),
)('$at: ? tells its keys with what they do, and any key closes it', async (page) => {
  const screen = await shown(page, { columns: 80, rows: 24 });
  const keys = (await screen.lines()).at(-1) ?? '';
  screen.type('?');
  await screen.waitFor('Keys on this page');
  const help = await screen.text();
  for (const key of ['Enter', 'Tab', 'Esc', 'Up/Down']) {
    // A key that the page names is told, one that it does not have is not.
    expect(help.includes(`  ${key}  `), key).toBe(
      keys.includes(key) || (key === 'Up/Down' && help.includes('scroll')),
    );
  }
  screen.type('x');
  await screen.waitFor(keys.trim().slice(0, 10));
  await screen.unmount();
});
