import { describe, expect, test } from 'vitest';
import { housekeeping } from './data/housekeeping.ts';
import { keys, plannedWorld } from './planned-world.tsx';
import type { Rendered } from './render.ts';
import { drawn, outcomeOf } from './world.tsx';

async function listed() {
  const kept = housekeeping();
  const w = plannedWorld();
  Object.assign(w.deps, kept.deps);
  const screen = await drawn(w.session, w.deps);
  await w.session.planning.look();
  void w.session.profiles.open();
  await screen.waitFor('evening');
  return { w, screen, ...kept };
}

async function erase(screen: Rendered, text: string): Promise<void> {
  for (const _sign of text) screen.type(keys.backspace);
  await screen.lines();
}

describe('the list of profiles', () => {
  test('has the last run, what fits here and what would be otherwise, and names bad files', async () => {
    const { screen } = await listed();
    await screen.waitFor('1 of yours, 8 shipped');
    const text = (await screen.text()).replace(/\s+/g, ' ');
    expect(text).toMatch(/❯ \* evening yours runs; \d not as recommended failed 23 Nov/);
    expect(text).toContain('rtx-4090-fp8 shipped fits not run yet');
    expect(text).toContain('failed 23 Nov: Disk / is full.');
    expect(text).toContain('old.json is not usable: it is not JSON.');
    expect(text).toContain('attention is sdpa, recommended flash-attn');
  });

  test('Enter leads to the review with its choices, unchanged, under its name', async () => {
    const { w, screen } = await listed();
    screen.type(keys.enter);
    await screen.waitFor('[Review]');
    expect(w.session.store.state.answers).toEqual({
      recipe: 'steadydancer',
      variant: 'fp8',
      attention: 'sdpa',
    });
    expect(await screen.text()).toMatch(/Profile +evening$/m);
    screen.type('s');
    await screen.waitFor('run 7f3a');
    expect(w.begun[0]?.asked.profile).toBe('evening');
  });

  test('one for another GPU says for which, and is planned for it', async () => {
    const { screen } = await listed();
    const rows = await screen.lines();
    expect(rows.find((row) => row.includes('runpod-volume-fp8'))).toMatch(/for RTX 4090/);
  });
});

describe('what can be done with one', () => {
  test('c copies under a name that is free', async () => {
    const { screen, did } = await listed();
    screen.type('c');
    await screen.waitFor('Copy evening under which name?');
    await erase(screen, '-copy');
    await screen.waitFor('A profile evening is there already.');
    screen.type('2');
    await screen.waitFor('run --profile evening2');
    screen.type(keys.enter);
    await screen.waitFor('Profile evening2 is a copy of evening.');
    expect(did).toEqual(['copy evening evening2']);
    await screen.waitFor('2 of yours');
    expect((await screen.lines()).find((row) => row.includes('❯'))).toContain('evening2');
  });

  test('d asks on a page of its own that names it; Enter deletes nothing, y does', async () => {
    const { w, screen, did } = await listed();
    screen.type('d');
    await screen.waitFor('Delete the profile evening?');
    expect(await screen.text()).toContain('It cannot be undone');
    screen.type(keys.enter);
    await screen.lines();
    expect(did).toEqual([]);
    screen.type('y');
    await screen.waitFor('Profile evening is deleted');
    await screen.waitFor('0 of yours');
    expect(did).toEqual(['delete evening']);
    w.session.leaving.quit();
    expect((await outcomeOf(w)).lines.join('\n')).toContain('Profile evening is deleted');
  });

  test('a shipped one is neither deleted nor renamed', async () => {
    const { screen, did } = await listed();
    screen.type(keys.down);
    await screen.lines();
    screen.type('d');
    await screen.waitFor('comes with the program: it can be copied');
    screen.type('r');
    await screen.lines();
    expect(did).toEqual([]);
  });

  test('r renames, x writes a file, * makes it the default', async () => {
    const { screen, did } = await listed();
    screen.type('r');
    await screen.waitFor('Rename evening to what?');
    screen.type('s');
    await screen.waitFor('evenings');
    screen.type(keys.enter);
    await screen.waitFor('is now called evenings');
    screen.type('x');
    await screen.waitFor('Write evenings to which file?');
    screen.type(keys.enter);
    await screen.waitFor('is written to /home/mia/evenings.json');
    screen.type(keys.down);
    await screen.lines();
    screen.type('*');
    await screen.waitFor('The default profile is rehearsal.');
    expect(did).toEqual([
      'rename evening evenings',
      'export evenings evenings.json',
      'default rehearsal',
    ]);
  });

  test('i takes in a file; one that is none is said where it was named', async () => {
    const { screen } = await listed();
    screen.type('i');
    await screen.waitFor('from which file?');
    for (const sign of 'bad.json') screen.type(sign);
    screen.type(keys.enter);
    await screen.waitFor('bad.json is not JSON.');
    await erase(screen, 'bad.json');
    for (const sign of 'good.json') screen.type(sign);
    screen.type(keys.enter);
    await screen.waitFor('Profile good is taken in.');
    expect((await screen.lines()).find((row) => row.includes('❯'))).toContain('good');
  });
});
