import { expect, test } from 'vitest';
import type { TokenSeen, TokenWorld } from '../../screens/token-world.ts';
import { keys, plannedWorld } from './planned-world.tsx';
import { drawn, outcomeOf } from './world.tsx';

const TOKEN = 'hf_AbCdEfGhIjKlMnOpQrSt';

async function opened() {
  const w = plannedWorld();
  const did: string[] = [];
  let seen: TokenSeen = { from: 'none', keptIn: null, path: '/home/mia/own/hub-token.json' };
  const token: TokenWorld = {
    look: () => seen,
    use: (text) => {
      did.push(`use ${text}`);
      seen = { ...seen, from: 'typed' };
    },
    keep: async (text) => {
      did.push(`keep ${text}`);
      seen = { ...seen, keptIn: 'file' };
      return 'file';
    },
    forget: async () => {
      did.push('forget');
      seen = { ...seen, from: 'none', keptIn: null };
    },
  };
  Object.assign(w.deps, { token: async () => token });
  const screen = await drawn(w.session, w.deps);
  void w.session.token.open();
  await screen.waitFor('Now: none.');
  return { w, screen, did };
}

test('a token is masked while it is typed, used for this time, and kept nowhere', async () => {
  const { w, screen, did } = await opened();
  screen.type(keys.enter);
  await screen.waitFor('it is not shown');
  for (const sign of 'hf_wrong') screen.type(sign);
  await screen.waitFor('A token begins with hf_');
  screen.type(keys.enter);
  await screen.waitFor('********');
  expect(did).toEqual([]);
  for (const _sign of 'hf_wrong') screen.type(keys.backspace);
  // A paste comes in one piece.
  screen.type(TOKEN);
  await screen.waitFor(`${TOKEN.length} signs`);
  expect(await screen.text()).not.toContain('hf_A');
  screen.type(keys.enter);
  await screen.waitFor('nothing was kept');
  await screen.waitFor('Now: the one that was typed here.');
  expect(did).toEqual([`use ${TOKEN}`]);
  expect(JSON.stringify(w.session.store.state)).not.toContain(TOKEN);
});

test('it is kept only where that was chosen, says where, and is forgotten again', async () => {
  const { w, screen, did } = await opened();
  screen.type(keys.down);
  await screen.lines();
  screen.type(keys.enter);
  await screen.waitFor('it is not shown');
  screen.type(TOKEN);
  await screen.waitFor(`${TOKEN.length} signs`);
  screen.type(keys.enter);
  await screen.waitFor(
    /Kept in \/home\/mia\/own\/hub-token\.json, which\s+only you can read \(0600\)\./,
  );
  expect(did).toEqual([`keep ${TOKEN}`, `use ${TOKEN}`]);
  screen.type(keys.down);
  screen.type(keys.down);
  await screen.lines();
  screen.type(keys.enter);
  await screen.waitFor('The token is forgotten.');
  w.session.leaving.quit();
  const lines = (await outcomeOf(w)).lines.join('\n');
  expect(lines).toContain('The token is kept in /home/mia/own/hub-token.json');
  expect(lines).not.toContain(TOKEN);
});

test('its state stands in the options, which lead to its page', async () => {
  const w = plannedWorld();
  Object.assign(w.deps, {
    tokenFrom: async () => 'kept',
    token: async () => ({ look: () => ({ from: 'kept', keptIn: 'secret-tool', path: '' }) }),
  });
  const screen = await drawn(w.session, w.deps);
  await w.session.planning.look();
  w.session.open({ at: 'options' });
  await screen.waitFor(/Token +the one that was kept/);
  while (!/❯ Token/.test(await screen.text())) screen.type(keys.up);
  screen.type(keys.enter);
  await screen.waitFor("Kept in this desktop's keyring (secret-tool).");
});
