import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Failure, UsageError } from '../../../src/contract/failure.ts';
import { findProfile, listProfiles } from '../../../src/profiles/find-profile.ts';

let home: string;
const of = () => ({ env: { STEADYDANCER_HOME: home }, home });
const write = (name: string, text: string) => {
  mkdirSync(join(home, 'profiles'), { recursive: true });
  writeFileSync(join(home, 'profiles', name), text);
};

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'sd-profiles-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

test('the rehearsal is shipped, with a sentence', () => {
  const { profile, origin } = findProfile('rehearsal', of());
  expect(origin).toBe('shipped');
  expect(profile.choices).toEqual({ recipe: 'rehearsal' });
  expect(profile.description).toMatch(/\.$/);
});

test('an own profile shadows a shipped one of the same name', () => {
  write(
    'rehearsal.json',
    '{"schema":1,"name":"rehearsal","choices":{"recipe":"rehearsal","port":9000}}',
  );
  expect(findProfile('rehearsal', of())).toMatchObject({
    origin: 'own',
    profile: { choices: { port: 9000 } },
  });
  const named = listProfiles(of()).profiles.filter(({ profile }) => profile.name === 'rehearsal');
  expect(named).toHaveLength(1);
});

test('an unknown name is answered with those that there are', () => {
  expect(() => findProfile('nope', of())).toThrow(UsageError);
  expect(() => findProfile('nope', of())).toThrow(/rehearsal/);
  expect(() => findProfile('../x', of())).toThrow(/A profile name has/);
});

test.each([
  ['{"schema":1,', 'it is not JSON'],
  ['[]', 'it holds no object'],
  ['{"schema":9,"choices":{}}', 'a newer steadydancer wrote it (schema 9; this one reads up to 1)'],
  ['{"schema":1,"choices":{"variant":"fp4"}}', 'its choice `variant` takes fp8, fp16'],
  [
    '{"schema":1,"choices":{"smoke":{"width":7}}}',
    'its choice `smoke.width` takes a multiple of 16',
  ],
  ['{"schema":1,"choices":{"tocken":"x"}}', 'not known here: `choices.tocken`'],
])('%s is refused with the file and the reason', (text, reason) => {
  write('mine.json', text);
  try {
    findProfile('mine', of());
    expect.unreachable();
  } catch (error) {
    expect(error).toBeInstanceOf(Failure);
    expect((error as Failure).message).toContain(join(home, 'profiles', 'mine.json'));
    expect((error as Failure).message).toContain(reason);
  }
  expect(listProfiles(of()).problems).toHaveLength(1);
});

test('a file that somebody wrote by hand is read as choices, under the name of the file', () => {
  write('mine.json', '{"name":"another","recipe":"rehearsal","port":9000}');
  expect(findProfile('mine', of()).profile).toEqual({
    schema: 1,
    name: 'mine',
    choices: { recipe: 'rehearsal', port: 9000 },
  });
});

test('what is no plain file is named, not waited for', () => {
  write('mine.json', '{"schema":1,"choices":{}}');
  symlinkSync('/dev/zero', join(home, 'profiles', 'zero.json'));
  expect(spawnSync('mkfifo', [join(home, 'profiles', 'pipe.json')]).status).toBe(0);
  const { profiles, problems } = listProfiles(of());
  expect(profiles.map(({ profile }) => profile.name)).toContain('mine');
  expect(problems.map(({ sentence }) => sentence)).toEqual(
    Array(2).fill(expect.stringMatching(/not usable: it is not a plain file\.$/)),
  );
});
