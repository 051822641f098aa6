import { describe, expect, test } from 'vitest';
import { announceRun } from '../../../screens/announce-run.ts';
import {
  clipboard,
  knowsTaskbar,
  knowsTitle,
  notification,
  taskbar,
  title,
} from '../../../screens/kit/terminal-codes.ts';
import { RunFeed } from '../../../screens/run-feed.ts';
import { failedRun, rehearsalRun } from '../../fixtures/events/runs.ts';
import { longRun } from '../data/long-run.ts';
import { moments } from '../data/run-moments.ts';

const xterm = { TERM: 'xterm-256color' };
const windows = { ...xterm, WT_SESSION: '1' };

/** A terminal that keeps what is written to it. */
function terminal(env: NodeJS.ProcessEnv, isTTY = true) {
  const written: string[] = [];
  const stdout = { isTTY, write: (text: string) => written.push(text) };
  return {
    written,
    told: [] as string[],
    deps: {
      terminal: { stdin: process.stdin, stdout: stdout as unknown as NodeJS.WriteStream, env },
    },
  };
}

function followed(env: NodeJS.ProcessEnv, events: ReturnType<typeof longRun>, isTTY = true) {
  const feed = new RunFeed();
  const { written, deps, told } = terminal(env, isTTY);
  const announced = announceRun(feed, { ...deps, tellDesktop: (text) => told.push(text) });
  return {
    feed,
    written,
    told,
    announced,
    push: () => {
      for (const event of events) feed.push(event);
    },
  };
}

describe('title and taskbar', () => {
  test('the title says how far the build is and is given back at the end', async () => {
    const { written, announced, push } = followed(xterm, longRun(700));
    push();
    await expect.poll(() => written.join('')).toContain('\x1b]2;69% build - steadydancer\x07');
    announced.end();
    expect(written.at(-1)).toBe('\x1b]2;\x07\x1b[23;2t');
  });

  test('the taskbar shows progress where it is one, a question as a warning, and is cleared', async () => {
    const { written, announced, push } = followed(windows, moments.question?.events ?? []);
    push();
    expect(written.join('')).toContain('\x1b]9;4;4;69\x07');
    announced.end();
    expect(written.join('')).toContain('\x1b]9;4;0;0\x07');
  });

  test('elsewhere OSC 9 is a notification, and nothing of it is written', async () => {
    const { written, announced, push } = followed(xterm, longRun(700));
    push();
    await expect.poll(() => written.length).toBeGreaterThan(0);
    announced.end();
    expect(written.join('')).not.toContain('\x1b]9');
    expect(knowsTaskbar({ TERM_PROGRAM: 'iTerm.app' })).toBe(false);
    expect(knowsTaskbar({ TERM_PROGRAM: 'ghostty' })).toBe(true);
    expect(knowsTaskbar({ ...windows, TMUX: '/nowhere,1,0' })).toBe(false);
  });

  test.each([
    ['no terminal', xterm, false],
    ['the Linux console', { TERM: 'linux' }, true],
    ['a screen reader', { ...windows, INK_SCREEN_READER: 'true' }, true],
  ])('%s: nothing is written', (_name, env, isTTY) => {
    const { written, announced, push } = followed(env, [...rehearsalRun], isTTY);
    push();
    announced.end();
    expect(written).toEqual([]);
  });

  test('a title cannot end its own sequence', () => {
    expect(title('a\x1b]0;b\x07')).toBe('\x1b]2;a ]0;b \x07');
    expect(knowsTitle({ TERM: 'dumb' })).toBe(false);
    expect(taskbar('running', 200)).toBe('\x1b]9;4;1;100\x07');
  });
});

describe('a word at the end', () => {
  test('only where it was wished for, once, with a bell', () => {
    const quiet = followed(xterm, [...failedRun]);
    quiet.push();
    expect(quiet.written.join('')).not.toContain('\x07\x07');
    expect(quiet.told).toEqual([]);

    const { feed, written, told, push } = followed({ TERM: 'foot' }, [...failedRun]);
    feed.view.set({ ...feed.view.current(), notify: true });
    push();
    expect(told).toEqual(['SteadyDancer: it ended with a failure']);
    expect(written.join('').split('\x1b]777;notify;')).toHaveLength(2);
  });

  test('each terminal in its own way, through tmux', () => {
    expect(notification('x', xterm)).toBe('\x07');
    expect(notification('x', { TERM_PROGRAM: 'iTerm.app' })).toBe('\x1b]9;x\x07\x07');
    const inTmux = { TERM: 'tmux-256color', TERM_PROGRAM: 'WezTerm', TMUX: '1' };
    expect(notification('x', inTmux)).toBe('\x1bPtmux;\x1b\x1b]9;x\x07\x1b\\\x07');
  });

  test('the clipboard gets the text as OSC 52', () => {
    expect(clipboard('héllo', xterm)).toBe(
      `\x1b]52;c;${Buffer.from('héllo').toString('base64')}\x07`,
    );
  });
});
