import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { profiles } from '../../../src/commands/profiles.ts';
import { profilesSchema } from '../../../src/contract/profile.ts';
import { systemClock } from '../../../src/ports/clock.ts';
import { findProfile, listProfiles } from '../../../src/profiles/find-profile.ts';
import { ProfileStore } from '../../../src/profiles/store.ts';

let home: string;
let store: ProfileStore;
const of = () => ({ env: { STEADYDANCER_HOME: home }, home });
const folder = () => join(home, 'profiles');

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'sd-store-'));
  store = new ProfileStore(of(), systemClock);
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

test('what is saved is read back, 0600, and nothing else is in the file', async () => {
  const { path, profile } = await store.save(
    'mine',
    { variant: 'fp8', smoke: { width: 256 } },
    'For me.',
  );
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(statSync(folder()).mode & 0o777).toBe(0o700);
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(profile);
  expect(findProfile('mine', of()).profile).toEqual(profile);
  const again = await store.save('mine', { variant: 'fp16' });
  expect(again.profile).toMatchObject({
    description: 'For me.',
    createdAt: profile.createdAt,
    choices: { variant: 'fp16' },
  });
  expect(readdirSync(folder())).toEqual(['mine.json']);
});

test('reading writes nothing: no folder, no file, no migration', () => {
  listProfiles(of());
  expect(existsSync(folder())).toBe(false);
});

test('a corrupt file is kept aside and named when its name is saved again', async () => {
  mkdirSync(folder(), { recursive: true });
  writeFileSync(join(folder(), 'mine.json'), '{"schema":1,');
  const { aside } = await store.save('mine', { port: 9000 });
  expect(aside).toMatch(/mine\.json\.unusable-/);
  expect(readFileSync(aside ?? '', 'utf8')).toBe('{"schema":1,');
  expect(listProfiles(of()).problems).toEqual([]);
});

test.each([
  [{ mirrors: { hub: 'https://me:secret@hf.example' } }, 'mirrors'],
  [{ workflow: `hf_${'a'.repeat(34)}` }, 'workflow'],
])('a token is never kept: %j', async (choices, key) => {
  await expect(store.save('mine', choices)).rejects.toMatchObject({
    code: 'profile-token',
    message: expect.stringContaining(key),
  });
  expect(existsSync(join(folder(), 'mine.json'))).toBe(false);
});

test('copy, rename, default, export, import, delete', async () => {
  await store.copy('rtx-4090-fp8', 'studio');
  await expect(store.copy('rtx-4090-fp8', 'studio')).rejects.toThrow(
    /there already; nothing was changed/,
  );
  await expect(store.rename('rtx-4090-fp8', 'x')).rejects.toThrow(
    /is shipped: it can be copied, not changed/,
  );
  await store.setDefault('studio');
  await store.rename('studio', 'atelier');
  expect(store.default()).toBe('atelier');
  expect(
    listProfiles(of())
      .profiles.filter(({ origin }) => origin === 'own')
      .map(({ profile }) => profile.name),
  ).toEqual(['atelier']);

  const file = store.export('atelier', home);
  expect(() => store.export('atelier', home)).toThrow(/is there already; nothing was written/);
  const imported = await store.import(file, 'guest');
  expect(imported.profile.choices).toEqual(findProfile('atelier', of()).profile.choices);
  await expect(store.import(file)).rejects.toThrow(/`atelier` is there already/);

  await store.delete('atelier');
  expect(store.default()).toBeNull();
  expect(() => findProfile('atelier', of())).toThrow(/There is no profile/);
  await expect(store.save('../evil', {})).rejects.toThrow(/A profile name has/);
});

test('a lock of a process that is gone is taken over', async () => {
  mkdirSync(folder(), { recursive: true });
  const lock = join(folder(), '.lock');
  writeFileSync(lock, '');
  const longAgo = new Date(Date.now() - 60_000);
  utimesSync(lock, longAgo, longAgo);
  await store.save('mine', {});
  expect(readdirSync(folder())).toEqual(['mine.json']);
});

test('the command answers with one document, and asks before it deletes', async () => {
  const lines: string[] = [];
  const said: string[] = [];
  const io = {
    ...of(),
    cwd: home,
    interactive: false,
    out: (line: string) => lines.push(line),
    say: (line: string) => said.push(line),
  };
  const call = (what: string, ...names: string[]) =>
    profiles(what, names, { json: true, set: ['port=9000'] }, io);
  expect(await call('save', 'mine', 'rehearsal')).toBe(0);
  expect(await call('list')).toBe(0);
  expect(await call('delete', 'mine')).toBe(18);
  expect(await profiles('delete', ['mine'], { json: true, yes: true }, io)).toBe(0);
  const documents = lines.map((line) => profilesSchema.parse(JSON.parse(line)));
  expect(documents).toHaveLength(4);
  expect(documents[0]?.profiles[0]).toMatchObject({
    name: 'mine',
    choices: { recipe: 'rehearsal', port: 9000 },
  });
  expect(documents[1]?.profiles).toHaveLength(9);
  expect(said.join()).toMatch(/needs --yes/);
  await expect(profiles('toString', [], {}, io)).rejects.toThrow(/profiles takes list/);
});
