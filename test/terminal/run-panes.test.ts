import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dockerfile, eventAt, LONG_RUN_ID, longRun } from '../screens/data/long-run.ts';
import { longRunPlan } from '../screens/data/long-run-plan.ts';
import { moments } from '../screens/data/run-moments.ts';
import { START } from '../screens/data/runs.ts';
import { ReplayedRun } from './harness/replayed-run.ts';
import { restored } from './harness/session.ts';
import { Person, type Size } from './wizard.ts';

const SECOND = 700;

/** The built program, attached to a run whose events are a recording; no engine is needed. */
describe('the panes of a run, in a real terminal under CI=true', () => {
  let person: Person;
  let run: ReplayedRun;

  beforeEach(async () => {
    person = new Person();
    run = await ReplayedRun.open({
      runsDir: person.runs,
      runId: LONG_RUN_ID,
      nowOfEvents: new Date(START + SECOND * 1000),
      plan: longRunPlan,
      dockerfile,
    });
  });
  afterEach(async () => {
    run.close();
    await person.close();
  });

  const attached = async (size: Size = {}, env: Record<string, string> = {}) => {
    run.write(longRun(SECOND));
    const pty = person.open(['attach'], size, env);
    await pty.waitFor(/RUN +attention/);
    // The plan is read beside the events.
    await pty.waitFor('lowest planned 14.3 GB');
    return pty;
  };

  it('the build goes on in the panes, and attach after detach shows it from its beginning', async () => {
    const pty = await attached();
    expect(pty.text()).toMatch(/done about \d\d:\d\d/);
    run.write([eventAt(701, line('the newest line'))]);
    await pty.waitFor('the newest line');
    pty.type('d');
    expect(await pty.waitForExit()).toEqual({ exitCode: 0, signal: null });
    expect(pty.state()).toEqual(restored);
    const again = person.open(['attach']);
    await again.waitFor('the newest line');
    expect(again.flicker()).toEqual({ tall: 0, clears: 0 });
  });

  it('is drawn anew at each size, never taller than the terminal, its scrolled log kept', async () => {
    const pty = await attached({ columns: 120, rows: 40 });
    pty.press('pageUp');
    await pty.waitFor('line 85 of 116');
    for (const [columns, rows] of sizes) {
      await pty.resize(columns, rows);
      await pty.waitFor(/q stop/);
      expect(pty.screen()).toHaveLength(rows);
      expect(pty.flicker().tall).toBe(0);
    }
    await pty.waitFor(/line \d+ of 116, End follows/);
    expect(pty.text()).toMatch(/RUN +attention/);
  });

  it('a search finds, goes on, and its letters are no keys', async () => {
    const pty = await attached();
    pty.type('/');
    await pty.waitFor('Esc leave search');
    for (const letter of 'hdim9') pty.type(letter);
    await pty.waitFor('/hdim9_');
    pty.press('enter');
    await pty.waitFor('match 11 of 11');
    expect(pty.text()).toMatch(/❯ .*hdim99/);
    pty.type('N');
    await pty.waitFor('match 10 of 11');
    pty.type('n');
    pty.type('n');
    await pty.waitFor('match 1 of 11');
    pty.press('escape');
    await pty.waitFor('n notify on');
    pty.type('/q?d');
    await pty.waitFor('/q?d_');
  });

  it('a step is opened with its line of the Dockerfile and its own output', async () => {
    const pty = await attached();
    pty.press('up');
    pty.press('enter');
    await pty.waitFor('Dockerfile line 12');
    expect(pty.text()).toContain('step 10 of 13, running');
    expect(pty.text()).toContain('flash_fwd_hdim116.cu.o');
    pty.press('left');
    await pty.waitFor('comfyui: git clone');
    expect(pty.text()).toContain('Receiving objects');
    pty.press('escape');
    await pty.waitFor('lowest planned');
  });

  it('the whole log opens in the pager of the person, sanitised, and the panes come back', async () => {
    const keeps = join(person.home, 'paged');
    const pager = person.program(
      'pager',
      `trap '' INT; cat >'${keeps}'; echo 'the pager'; read -r key </dev/tty`,
    );
    const pty = await attached({}, { ...pager, PAGER: 'pager -x' });
    run.write([eventAt(701, line('raw \x1b]0;title\x07\x1b[31mred\x1b[0m'))]);
    pty.type('p');
    await pty.waitFor('the pager');
    expect(pty.state().alternateScreen).toBe(false);
    // What is typed is the pager's.
    pty.press('ctrl-c');
    pty.type('d\r');
    await pty.waitFor('lowest planned');
    expect(pty.text()).not.toContain('Stop the run?');
    expect(pty.state()).toMatchObject({ alternateScreen: true, cursorShown: false });
    const paged = readFileSync(keeps, 'utf8');
    expect(paged).toContain('Get:1 trixie/main');
    expect(paged).toContain('raw \x1b[31mred');
    expect(paged).not.toContain('\x1b]0;');
    pty.press('tab');
    await pty.waitFor('[Log]');
  });

  it('the disk warning is answered by its letter, not while a search is typed', async () => {
    run.write(moments['disk warning']?.events ?? []);
    const pty = person.open(['attach']);
    await pty.waitFor('f  Free space');
    expect(pty.text()).toContain('6.1 GB free');
    pty.type('/');
    await pty.waitFor('Esc leave search');
    pty.type('w');
    await pty.waitFor('/w_');
    expect(run.told).toEqual([]);
    pty.press('escape');
    await pty.waitFor('Enter answer');
    // Dead for a moment after it came; then one press is enough.
    await expect
      .poll(() => {
        if (run.told.length === 0) pty.type('w');
        return run.told.length;
      })
      .toBeGreaterThan(0);
    expect(run.told[0]).toEqual({ type: 'answer', id: 'disk-low', answer: 'guard' });
    run.write([eventAt(702, { type: 'answer', id: 'disk-low', answer: 'guard', by: 'person' })]);
    await expect.poll(() => pty.text()).not.toContain('Free space');
  });

  it('q asks; Stop tells the run, once', async () => {
    const pty = await attached();
    pty.type('q');
    await pty.waitFor('Stop the run?');
    pty.press('up');
    pty.press('enter');
    await pty.waitFor('it ends cleanly');
    const cancel = { type: 'cancel', signal: 'SIGINT', force: false };
    await expect.poll(() => run.told).toEqual([cancel]);
  });

  it('the title follows the run and goes with it, the taskbar only where it is one', async () => {
    const pty = await attached({}, { WT_SESSION: '1' });
    await expect.poll(() => pty.title()).toBe('69% build - steadydancer');
    expect(pty.written()).toContain('\x1b]9;4;1;69\x07');
    pty.kill('SIGTERM');
    await pty.waitForExit();
    expect(pty.state()).toEqual(restored);
    expect(pty.title()).toBe('');
    expect(pty.written()).toContain('\x1b]9;4;0;0\x07');
  });

  it('n is told at the end, with a bell, and by notify-send on a desktop', async () => {
    const told = join(person.home, 'told');
    const desktop = { ...person.program('notify-send', `echo "$2" >'${told}'`), DISPLAY: ':0' };
    const pty = await attached({}, desktop);
    pty.type('n');
    await pty.waitFor('It will be told');
    run.write([eventAt(701, moments.question?.events.at(-1) as never)]);
    await pty.waitFor('Go on for as long again');
    await expect.poll(() => existsSync(told) && readFileSync(told, 'utf8')).toContain('asks');
  });

  it.each([
    ['the Linux console', { TERM: 'linux', LANG: 'C' }, /^ -+$/m],
    ['16 colours', { TERM: 'xterm-16color' }, /^ ─+$/m],
    ['no colour', { NO_COLOR: '1' }, /^ ─+$/m],
    ['tmux', { TERM: 'tmux-256color', TMUX: '/nowhere,1,0' }, /^ ─+$/m],
  ])('%s: the same rows', async (_name, env: Record<string, string>, rule) => {
    const pty = await attached({}, env);
    expect(pty.text()).toMatch(rule);
    expect(pty.flicker()).toEqual({ tall: 0, clears: 0 });
  });
});

const sizes = [
  [40, 15],
  [60, 20],
  [160, 50],
  [80, 24],
] as const;

function line(text: string) {
  return { type: 'build.log', vertex: 'f1', stream: 1, text } as const;
}
