import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  forgetToken,
  keepToken,
  keptToken,
  type TokenOf,
  tokenKeeper,
  tokenPath,
  withKeptToken,
} from '../../../src/models/kept-token.ts';
import { systemProcesses } from '../../../src/ports/processes.ts';

const TOKEN = 'hf_AbCdEfGhIjKlMnOpQrStUvWx';

/** libsecret's program as far as it is used: the secret on stdin, attributes as arguments. */
const SECRET_TOOL = `
echo "$@" >>"$STORE.argv"
case $1 in
  store) cat >"$STORE" ;;
  lookup) cat "$STORE" 2>/dev/null || exit 1 ;;
  clear) rm -f "$STORE" ;;
esac`;
/** Apple's program as far as it is used: commands on stdin with -i. */
const SECURITY = `
echo "$@" >>"$STORE.argv"
case $1 in
  -i) read -r line; printf '%s\\n' "\${line##* }" >"$STORE" ;;
  find-generic-password) cat "$STORE" 2>/dev/null || exit 44 ;;
  delete-generic-password) rm -f "$STORE" ;;
esac`;

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'sd-token-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function person(program?: { name: string; script: string }, platform: NodeJS.Platform = 'linux') {
  const bin = join(home, 'bin');
  mkdirSync(bin);
  if (program) {
    writeFileSync(join(bin, program.name), `#!/bin/sh\n${program.script}\n`, { mode: 0o755 });
  }
  const env = {
    HOME: home,
    STEADYDANCER_HOME: join(home, 'own'),
    STORE: join(home, 'keyring'),
    // What cat and rm are found by, and no keyring of the machine.
    PATH: program ? `${bin}:/usr/bin:/bin` : bin,
  };
  return { env, home, processes: systemProcesses, platform } satisfies TokenOf;
}

const keyrings = [
  ['secret-tool', SECRET_TOOL, 'linux'],
  ['security', SECURITY, 'darwin'],
] as const;

describe.each(keyrings)('with %s', (name, script, platform) => {
  test('the keyring has the token; our file and every argument are without it', async () => {
    const of = person({ name, script }, platform);
    expect(await keepToken(TOKEN, of)).toBe(name);
    expect(readFileSync(join(home, 'keyring'), 'utf8').trim()).toBe(TOKEN);
    expect(readFileSync(tokenPath(of), 'utf8')).not.toContain(TOKEN);
    expect(await keptToken(of)).toBe(TOKEN);
    expect(readFileSync(join(home, 'keyring.argv'), 'utf8')).not.toContain('hf_');
  });

  test('is forgotten there, too', async () => {
    const of = person({ name, script }, platform);
    await keepToken(TOKEN, of);
    await forgetToken(of);
    expect(tokenKeeper(of)).toBeNull();
    expect(await keptToken(of)).toBeNull();
    expect(() => statSync(join(home, 'keyring'))).toThrow('ENOENT');
  });
});

test('a keyring that takes nothing is passed over: a file that only this person reads', async () => {
  const of = person({ name: 'secret-tool', script: 'exit 1' });
  expect(await keepToken(TOKEN, of)).toBe('file');
  expect(statSync(tokenPath(of)).mode & 0o777).toBe(0o600);
  expect(await keptToken(of)).toBe(TOKEN);
});

test('one that says it took it and does not give it back counts for nothing', async () => {
  const of = person({ name: 'secret-tool', script: 'cat >/dev/null' });
  expect(await keepToken(TOKEN, of)).toBe('file');
});

describe('without a keyring', () => {
  test('the file is the token of runs, unless the environment or the hub has one', async () => {
    const of = person();
    expect(await withKeptToken(of)).toBe(of.env);
    await keepToken(TOKEN, of);
    expect((await withKeptToken(of)).HF_TOKEN).toBe(TOKEN);
    const set = { ...of, env: { ...of.env, HF_TOKEN: 'hf_another' } };
    expect((await withKeptToken(set)).HF_TOKEN).toBe('hf_another');
    mkdirSync(join(home, '.cache', 'huggingface'), { recursive: true });
    writeFileSync(join(home, '.cache', 'huggingface', 'token'), 'hf_of_the_hub');
    expect((await withKeptToken(of)).HF_TOKEN).toBeUndefined();
  });

  test('a file that is broken is no token', async () => {
    const of = person();
    await keepToken(TOKEN, of);
    writeFileSync(tokenPath(of), '{"v":1,"kept":"fi');
    expect(tokenKeeper(of)).toBeNull();
    expect(await withKeptToken(of)).toBe(of.env);
  });
});
