import { rm } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { buildDemo } from './demo-program.ts';
import { PtySession, restored } from './session.ts';

let demo: string;
beforeAll(async () => {
  demo = await buildDemo();
});
afterAll(async () => rm(demo));

let session: PtySession | undefined;
afterEach(async () => session?.close());

function start(
  which: string,
  options: { columns?: number; rows?: number; env?: Record<string, string> } = {},
) {
  session = new PtySession({ file: process.execPath, args: [demo, which], ...options });
  return session;
}

async function toMachine(pty: PtySession) {
  await pty.waitFor('Set up SteadyDancer');
  pty.press('enter');
  await pty.waitFor('Recommended');
}

async function toRun(pty: PtySession) {
  await toMachine(pty);
  pty.press('enter');
  await pty.waitFor('[Review]');
  pty.type('s');
}

describe.each([
  [80, 24],
  [120, 40],
  [40, 15],
])('in a real terminal of %ix%i, under CI=true', (columns, rows) => {
  test('keys through to READY; the summary stays on the main screen', async () => {
    const pty = start('good', { columns, rows });
    await toRun(pty);
    await pty.waitFor('READY in 5.3 s');
    expect(pty.state()).toMatchObject({ alternateScreen: true, cursorShown: false });
    expect(pty.flicker()).toEqual({ tall: 0, clears: 0 });
    pty.press('enter');
    expect(await pty.waitForExit()).toEqual({ exitCode: 0, signal: null });
    expect(pty.state()).toEqual(restored);
    expect(pty.mainScreen().join('\n')).toContain('http://127.0.0.1:8188');
  });

  test('a failure keeps its exit code', async () => {
    const pty = start('bad', { columns, rows });
    await toRun(pty);
    await pty.waitFor('FAILED 22 s');
    pty.type('q');
    expect((await pty.waitForExit()).exitCode).toBe(12);
    expect(pty.state()).toEqual(restored);
    expect(pty.mainScreen().join('\n')).toContain('Step 3 of the image');
  });
});

test('held Enter stops at the review and starts nothing', async () => {
  const pty = start('endless');
  await pty.waitFor('Set up SteadyDancer');
  // A key repeats 30 times a second; here for two seconds, longer than the page is dead.
  for (let pressed = 0; pressed < 60; pressed++) {
    pty.press('enter');
    await new Promise((resolve) => setTimeout(resolve, 33));
  }
  expect(pty.text()).toContain('[Review]');
  expect(pty.text()).not.toContain('run 7f3a');
});

test('resizes in mid-run are drawn, never taller than the terminal', async () => {
  const pty = start('endless', { columns: 120, rows: 40 });
  await toRun(pty);
  await pty.waitFor('comfyui: git clone');
  for (const [columns, rows] of [
    [40, 15],
    [100, 30],
    [80, 24],
  ] as const) {
    await pty.resize(columns, rows);
    await pty.waitFor('d detach');
    expect(pty.screen()).toHaveLength(rows);
  }
  expect(pty.text()).toContain('comfyui: git clone');
});

test('d leaves the run alone, says how to come back, and restores the terminal', async () => {
  const pty = start('endless');
  await toRun(pty);
  await pty.waitFor('comfyui: git clone');
  pty.type('d');
  expect((await pty.waitForExit()).exitCode).toBe(0);
  expect(pty.state()).toEqual(restored);
  expect(pty.mainScreen().join('\n')).toContain('steadydancer attach 20261124-140000-7f3a');
});

test('Ctrl-C asks, again forces, again leaves with 130 and a restored terminal', async () => {
  const pty = start('endless');
  await toRun(pty);
  await pty.waitFor('comfyui: git clone');
  pty.press('ctrl-c');
  await pty.waitFor('Stop the run?');
  pty.press('ctrl-c');
  await pty.waitFor('forcing the end');
  pty.press('ctrl-c');
  expect((await pty.waitForExit()).exitCode).toBe(130);
  expect(pty.state()).toEqual(restored);
});

test('SIGTERM stops the run, again forces, again leaves; the terminal is restored', async () => {
  const pty = start('endless');
  await toRun(pty);
  await pty.waitFor('comfyui: git clone');
  pty.kill('SIGTERM');
  await pty.waitFor('it ends cleanly');
  pty.kill('SIGTERM');
  await pty.waitFor('forcing the end');
  pty.kill('SIGTERM');
  expect((await pty.waitForExit()).exitCode).toBe(143);
  expect(pty.state()).toEqual(restored);
});

test('a closed terminal is left at once, and in order', async () => {
  const pty = start('endless');
  await toRun(pty);
  await pty.waitFor('comfyui: git clone');
  pty.hangUp();
  expect((await pty.waitForExit()).exitCode).toBe(129);
  expect(pty.state()).toEqual(restored);
});

test('a screen reader gets lines on the main screen', async () => {
  const pty = start('endless', { rows: 60, env: { INK_SCREEN_READER: 'true' } });
  await toMachine(pty);
  expect(pty.state().alternateScreen).toBe(false);
  expect(pty.text()).toContain('ok GPU: NVIDIA GeForce RTX 4090');
  expect(pty.text()).toContain('warning Memory:');
});
