import { describe, expect, test } from 'vitest';
import { lineText } from '../../screens/kit/row.tsx';
import { themeFor } from '../../screens/kit/theme.ts';
import { noBackground } from '../../screens/panes/background.ts';
import { factLines } from '../../screens/report/fact-lines.ts';
import { pathInFront, shortPath } from '../../screens/report/short-path.ts';
import { summaryLines } from '../../screens/summary.ts';
import { Wizard } from '../../screens/wizard.tsx';
import { replay } from '../../src/pipeline/reducer.ts';
import { rehearsalRun } from '../fixtures/events/runs.ts';
import { housekeeping } from './data/housekeeping.ts';
import { framePicture, realRun } from './data/real-run.ts';
import { renderScreen } from './render.ts';
import { toRun, world } from './world.tsx';

const theme = themeFor({ LANG: 'C.UTF-8' });
const facts = (run: Parameters<typeof factLines>[0]['run'], background = noBackground) =>
  factLines({ run, background, frame: null }, 100, theme).map((line) => lineText(line).trimEnd());

describe('what the report tells', () => {
  test('measured by the test: video memory with headroom, the estimate for a real clip', () => {
    expect(facts(replay(realRun))).toEqual([
      'As asked      fp8, flash-attn; nothing replaced',
      'Video memory  18.9 GB of 24 GB at most, 5.1 GB left',
      'A 5 s clip    about 1 m 50 s to 2 m 49 s at 480x832 (estimate from this test)',
      'Image         steadydancer:8c1f03a28c1f, 11.4 GB',
      'Took          17 m 48 s image, 13 m 20 s models, 2 m 41 s test video',
      'Disk          C: 14.6 GB free, at the lowest 14.1 GB',
    ]);
  });

  test('the disk beside what was planned of all that lies on it', () => {
    const at = (place: 'docker' | 'models', finalBytes: number) => ({
      place,
      freeBytes: 59.9e9,
      peakBytes: finalBytes,
      finalBytes,
    });
    const plan = {
      disk: [at('docker', 26.9e9), at('models', 18.7e9)],
      downloadBytes: 0,
      image: { ref: 'steadydancer:8c1f03a28c1f' },
      minutes: { low: 30, high: 40 },
    };
    expect(facts(replay(realRun), { ...noBackground, plan }).at(-1)).toBe(
      'Disk          C: 14.6 GB free, planned 14.3 GB, at the lowest 14.1 GB',
    );
  });

  test('what was replaced instead of what was asked for, with why', () => {
    const run = replay(realRun);
    const { result } = run;
    if (!result) throw new Error('the run has ended');
    const fallback = { what: 'attention', from: 'flash-attn', to: 'sdpa', why: 'It has no wheel.' };
    const built = { ...result.built, attention: 'sdpa', blockSwap: 20 };
    const changed = { ...run, fallbacks: [fallback], result: { ...result, built } };
    expect(facts(changed).slice(0, 2)).toEqual([
      'Instead       attention: sdpa for flash-attn. It has no wheel.',
      'Instead       blockSwap: 20 for 10.',
    ]);
  });

  test('a path stays in one row: its middle goes; Windows has a name of its own for it', () => {
    const path = '/home/mia/steadydancer/output/a/very/long/way/steadydancer-smoke_00001.mp4';
    expect(shortPath(pathInFront(path, '/home/mia'), 50, '…')).toBe(
      '~/…/a/very/long/way/steadydancer-smoke_00001.mp4',
    );
    expect(shortPath(path, 20, '...').length).toBeLessThanOrEqual(20);
    expect(pathInFront('/home/mia/v.mp4', '/home/mia', 'Ubuntu-24.04')).toBe(
      '\\\\wsl.localhost\\Ubuntu-24.04\\home\\mia\\v.mp4',
    );
    const summary = summaryLines(replay(realRun), '20261124-140000-7f3a', 'finished').join('\n');
    expect(summary).toContain('/home/mia/steadydancer/output/steadydancer-smoke_00001.mp4');
    expect(summary).toContain('steadydancer stop');
  });
});

describe('the first frame', () => {
  const shown = async (env: NodeJS.ProcessEnv, columns = 80, rows = 24) => {
    const w = world();
    const read: string[] = [];
    Object.assign(w.deps, {
      terminal: { ...w.deps.terminal, env },
      firstFrame: async (path: string) => {
        read.push(path);
        return framePicture;
      },
      wayToOpen: () => ({ kind: 'browser', commands: [] }),
    });
    const screen = await renderScreen(<Wizard session={w.session} deps={w.deps} />, {
      columns,
      rows,
      env,
    });
    w.events.push(...realRun);
    void w.session.running.follow('20261124-140000-7f3a');
    await screen.waitFor('READY in');
    return { screen, read };
  };
  const colourful = { LANG: 'C.UTF-8', TERM: 'xterm-256color', COLORTERM: 'truecolor' };

  test('is drawn beside the sentences, its sides in proportion, in its own colours', async () => {
    const { screen, read } = await shown(colourful);
    await screen.waitFor('▀');
    expect(read).toEqual([
      '/home/mia/steadydancer/output/steadydancer-smoke_00001-first-frame.png',
    ]);
    const rows = (await screen.lines()).filter((line) => line.includes('▀'));
    const columns = /▀+/.exec(rows[0] ?? '')?.[0].length ?? 0;
    // 4:7, as the video: a cell is twice as high as wide.
    expect(columns / (2 * rows.length)).toBeCloseTo(4 / 7, 1);
    expect(rows.length).toBeGreaterThanOrEqual(10);
    expect(rows[0]).toMatch(/▀ +✓ ok/);
    const line = screen.terminal.buffer.active.getLine(4);
    const cell = line?.getCell(1);
    expect([cell?.isFgRGB(), cell?.getFgColor()]).toEqual([true, 0xff0000]);
    expect(screen.flicker).toEqual({ clears: 0, tall: 0 });
    await screen.unmount();
  });

  test('takes more room where there is more, and none at 40 columns', async () => {
    const large = await shown(colourful, 120, 40);
    await large.screen.waitFor('▀');
    const rows = (await large.screen.lines()).filter((line) => line.includes('▀'));
    expect(rows.length).toBeGreaterThanOrEqual(24);
    await large.screen.resize(40, 15);
    const low = (await large.screen.lines()).join('\n');
    expect(low).not.toContain('▀');
    expect(low).toContain('READY in');
    expect(low).toContain('Videos');
    await large.screen.unmount();
  });

  const without: [string, NodeJS.ProcessEnv][] = [
    ['16 colours', { LANG: 'C.UTF-8', TERM: 'xterm' }],
    ['NO_COLOR', { ...colourful, NO_COLOR: '1' }],
    ['ASCII', { LANG: 'C', TERM: 'xterm-256color' }],
  ];
  test.each(without)('%s: a sentence names the file instead', async (_name, env) => {
    const { screen } = await shown(env);
    await screen.waitFor('not drawn here');
    const text = await screen.text();
    expect(text).not.toContain('▀');
    expect(text).toContain('-first-frame.png');
    await screen.unmount();
  });
});

describe('its keys', () => {
  test('c copies the address, s asks for a name and keeps the choices of the run', async () => {
    const w = world();
    const { deps, saved } = housekeeping();
    let written = '';
    const stdout = { write: (text: string) => (written += text) } as never;
    Object.assign(w.deps, deps, {
      terminal: { ...w.deps.terminal, stdout, env: { LANG: 'C.UTF-8' } },
    });
    const screen = await toRun(w);
    w.events.push(...rehearsalRun);
    await screen.waitFor('READY in');
    screen.type('c');
    await screen.waitFor('Copied: http://127.0.0.1:8188');
    expect(written).toBe('\x1b]52;c;aHR0cDovLzEyNy4wLjAuMTo4MTg4\x07');
    screen.type('s');
    await screen.waitFor('Under which name?');
    screen.type('2');
    await screen.waitFor('run --profile rehearsal2');
    screen.type('\r');
    await screen.waitFor('Profile rehearsal2 is saved');
    await screen.waitFor('READY in');
    expect(saved).toEqual([{ name: 'rehearsal2', choices: { recipe: 'rehearsal', port: 9000 } }]);
  });
});
