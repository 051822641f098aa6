import { describe, expect, test } from 'vitest';
import { plan } from '../../src/recipe/plan.ts';
import { input } from '../unit/recipe/machines.ts';
import { fullDisk, keys, littleMemory, plannedWorld, rtx4090 } from './planned-world.tsx';
import type { Rendered } from './render.ts';
import { drawn } from './world.tsx';

type W = ReturnType<typeof plannedWorld>;

async function toReview(w: W, asked = { choices: {}, profile: null }): Promise<Rendered> {
  const screen = await drawn(w.session, w.deps);
  await w.session.planning.begin(asked, true);
  await screen.waitFor('[Review]');
  return screen;
}

/** Moves to a line of the review and opens it. */
async function openLine(screen: Rendered, label: string): Promise<void> {
  for (let at = 0; at < 18; at += 1) {
    const here = (await screen.lines()).find((line) => line.startsWith(' ❯'));
    if (here?.includes(label)) {
      screen.type(keys.enter);
      return;
    }
    screen.type(keys.up);
  }
  throw new Error(`${label} is no line of it:\n${await screen.text()}`);
}

describe('the review as the hub', () => {
  test.each([
    ['For', '[Target]'],
    ['Weights', '[Variant]'],
    ['Attention', '[Attention]'],
    ['Models in', '[Folders]'],
    ['Address', '[Options]'],
  ])('%s opens its page, Esc comes back', async (label, page) => {
    const screen = await toReview(plannedWorld());
    await openLine(screen, label);
    await screen.waitFor(page);
    screen.type(keys.escape);
    await screen.waitFor('[Review]');
  });

  test('weights are changed and the plan is another at once, without looking again', async () => {
    const w = plannedWorld();
    const screen = await toReview(w);
    let looked = 0;
    const { observe } = w.deps;
    w.deps.observe = async (...given) => {
      looked += 1;
      return observe(...given);
    };
    const before = w.session.store.state.planned?.plan.planDigest;
    await openLine(screen, 'Weights');
    await screen.waitFor('[Variant]');
    const cost = (await screen.lines()).at(-2);
    screen.type(keys.down);
    await screen.waitFor('With this');
    expect((await screen.lines()).at(-2)).not.toBe(cost);
    screen.type(keys.enter);
    await screen.waitFor('[Review]');
    const { planned, answers } = w.session.store.state;
    expect(planned?.plan.planDigest).not.toBe(before);
    expect(answers.variant).toBe(planned?.choices.variant);
    expect(looked).toBe(0);
    // What is recommended anyway stays open.
    expect(answers).not.toHaveProperty('textEncoder');
  });

  test('Esc on a page takes nothing of what was looked at', async () => {
    const w = plannedWorld();
    const screen = await toReview(w);
    await openLine(screen, 'Weights');
    await screen.waitFor('[Variant]');
    screen.type(keys.down);
    screen.type(keys.escape);
    await screen.waitFor('[Review]');
    expect(w.session.store.state.answers).toEqual({});
  });

  test('a row that is impossible says why, and Enter stays on it', async () => {
    const screen = await toReview(plannedWorld({ machine: littleMemory }));
    await openLine(screen, 'Weights');
    await screen.waitFor('[Variant]');
    screen.type(keys.up);
    await screen.waitFor(/❯× fp16/);
    screen.type(keys.enter);
    await screen.waitFor('fp16: not possible here. Memory about 34 GB of 31 GB');
    expect(await screen.text()).toContain('[Variant]');
  });

  test('what does not fit is not offered to start, the changes that help are named', async () => {
    const w = plannedWorld({ machine: fullDisk });
    const screen = await toReview(w);
    const text = await screen.text();
    expect(text).toMatch(/Does not fit: \d+\.\d GB short/);
    expect(text).toMatch(/- Make \d+\.\d GB free/);
    expect(text).not.toMatch(/❯ Start/);
    expect(text).not.toContain('--set');
    screen.type('s');
    await screen.lines();
    expect(w.begun).toEqual([]);
  });

  test('for a GPU elsewhere the run ends with the image', async () => {
    const w = plannedWorld();
    const screen = await toReview(w, { choices: { gpu: 'L40S', target: 'file' }, profile: null });
    await screen.waitFor('Start: build the image');
    screen.type('s');
    await expect.poll(() => w.begun).toMatchObject([{ how: { imageOnly: true } }]);
  });
});

describe('fields', () => {
  test('are checked while they are typed; letters are text there', async () => {
    const w = plannedWorld();
    const screen = await toReview(w);
    await openLine(screen, 'Address');
    await screen.waitFor('[Options]');
    await openLine(screen, 'Port');
    await screen.waitFor('take it');
    screen.type('q?');
    await screen.waitFor('port takes a whole number');
    screen.type(keys.enter);
    await screen.waitFor('8188q?');
    for (let at = 0; at < 6; at += 1) screen.type(keys.backspace);
    screen.type('9000');
    screen.type(keys.enter);
    await expect.poll(() => w.session.store.state.planned?.choices.port).toBe(9000);
    expect(w.session.store.state.help).toBe(false);
  });

  test('Esc leaves a field as it was', async () => {
    const w = plannedWorld();
    const screen = await toReview(w);
    await openLine(screen, 'Videos in');
    await screen.waitFor('[Folders]');
    await openLine(screen, 'Videos folder');
    await screen.waitFor('take it');
    screen.type('/elsewhere');
    screen.type(keys.escape);
    await expect.poll(() => screen.text()).not.toContain('take it');
    expect(await screen.text()).not.toContain('/elsewhere');
    expect(w.session.store.state.answers).toEqual({});
  });

  test('publishing beyond this computer is a y on a page of its own', async () => {
    const w = plannedWorld();
    const screen = await toReview(w);
    await openLine(screen, 'Address');
    await screen.waitFor('[Options]');
    await openLine(screen, 'Reached from');
    await screen.waitFor('anyone in your network can run programs on');
    screen.type(keys.enter);
    await screen.lines();
    expect(w.session.store.state.planned?.choices.listen).toBe('127.0.0.1');
    screen.type('y');
    await expect.poll(() => w.session.store.state.planned?.choices.listen).toBe('0.0.0.0');
    await screen.waitFor('[Options]');
    screen.type(keys.escape);
    await screen.waitFor('[Review]');
    screen.type('s');
    await expect.poll(() => w.begun).toMatchObject([{ how: { exposeConfirmed: true } }]);
  });
});

describe('a profile saved from the review', () => {
  test('gives the same plan, and holds nothing that every plan starts from', async () => {
    const w = plannedWorld();
    const screen = await toReview(w, { choices: { port: 9000 }, profile: null } as never);
    screen.type('e');
    await screen.waitFor('Under which name?');
    await screen.waitFor('rtx-4090-fp8');
    screen.type(keys.enter);
    await screen.waitFor('[Review]');
    await screen.waitFor(/Profile +rtx-4090-fp8/);
    const [{ name, choices } = { name: '', choices: {} }] = w.saved;
    expect(name).toBe('rtx-4090-fp8');
    expect(choices).toMatchObject({ variant: 'fp8', attention: 'flash-attn', port: 9000 });
    expect(choices).not.toHaveProperty('outputDir');
    const again = plan(input({ machine: rtx4090, choices, profile: name }));
    expect(again.plan.planDigest).toBe(w.session.store.state.planned?.plan.planDigest);
  });

  test('one of the same name is said to be replaced', async () => {
    const w = plannedWorld();
    const screen = await toReview(w, { choices: {}, profile: 'evening' } as never);
    screen.type('e');
    await screen.waitFor('Your profile evening is replaced.');
  });
});

test('c walks each step in order, and held Enter stops at the review', async () => {
  const w = plannedWorld();
  const screen = await drawn(w.session, w.deps);
  void w.session.planning.begin({ choices: {}, profile: null });
  await screen.waitFor('Recommended');
  screen.type('c');
  for (const page of ['[Variant]', '[Attention]', '[Folders]', '[Options]', '[Review]']) {
    await screen.waitFor(page);
    screen.type(keys.enter);
  }
  for (let pressed = 0; pressed < 20; pressed += 1) {
    screen.type(keys.enter);
    w.clock.ms += 40;
    await screen.lines();
  }
  expect(await screen.text()).toContain('[Review]');
  expect(w.begun).toEqual([]);
});
