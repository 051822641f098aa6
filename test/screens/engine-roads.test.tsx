import { describe, expect, test } from 'vitest';
import { Failure } from '../../src/contract/failure.ts';
import { absent, notOfTheGroup, seenWithout } from './data/no-engine.ts';
import { outcomeOf, shown, type World, world } from './world.tsx';

describe('without an engine', () => {
  const toEngine = async (w: World) => {
    const screen = await shown(w);
    w.look();
    await screen.waitFor('Enter shows the ways to get Docker');
    screen.type('\r');
    await screen.waitFor('What to do?');
    return screen;
  };

  test('Enter shows the roads, y and nothing else asks for root, then it goes on', async () => {
    const w = world({ checks: seenWithout(absent) });
    const screen = await toEngine(w);
    screen.type('\r');
    await screen.waitFor('With root rights');
    screen.type('\r');
    expect(await screen.text()).toContain('With root rights');
    expect(w.walked).toEqual([]);
    screen.type('y');
    await expect.poll(() => w.walked).toEqual(['distribution']);
    // It looks again by itself, with Enter remembered.
    await expect.poll(() => w.session.store.state.page.at).toBe('machine');
    expect(w.session.store.state.goOn || w.session.store.state.complete).toBe(true);
  });

  test('Esc leads back from the question for root rights and changes nothing', async () => {
    const w = world({ checks: seenWithout(absent) });
    const screen = await toEngine(w);
    screen.type('\r');
    await screen.waitFor('With root rights');
    screen.type('\x1b');
    await screen.waitFor('What to do?');
    screen.type('\x1b');
    await screen.waitFor('Enter shows the ways');
    expect(w.walked).toEqual([]);
  });

  test('a road that does not lead there leads back, with its sentence', async () => {
    const sentence = 'Docker is not installed: `apt-get update` ended with 100.';
    const walks = new Failure({ code: 'engine-install-failed', sentence });
    const w = world({ checks: seenWithout(absent), walks });
    const screen = await toEngine(w);
    screen.type('\r');
    await screen.waitFor('With root rights');
    screen.type('y');
    await screen.waitFor('ended with 100.');
    expect(w.session.store.state.page.at).toBe('engine');
  });

  test('a member of the group goes on in a new process under it', async () => {
    const w = world({ checks: seenWithout(notOfTheGroup), walks: 'group' });
    const screen = await toEngine(w);
    screen.type('\r');
    await screen.waitFor('can become root');
    screen.type('y');
    expect(await outcomeOf(w)).toMatchObject({
      underGroup: { choices: {}, profile: null },
    });
  });

  test('without sudo nothing is changed, and that is said', async () => {
    const w = world({ checks: seenWithout(absent), rights: 'none' });
    const screen = await toEngine(w);
    screen.type('\r');
    await screen.waitFor('With root rights');
    screen.type('y');
    await screen.waitFor('Nothing was changed');
    expect(w.walked).toEqual([]);
  });

  test('a password is asked for on the main screen', async () => {
    const w = world({ checks: seenWithout(absent), rights: 'password' });
    let handedOver = 0;
    w.session.handOver = async (work) => {
      handedOver += 1;
      return work();
    };
    const screen = await toEngine(w);
    screen.type('\r');
    await screen.waitFor('With root rights');
    screen.type('y');
    await expect.poll(() => w.walked).toEqual(['distribution']);
    expect(handedOver).toBe(1);
  });
});
