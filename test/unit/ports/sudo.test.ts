import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { makeFolder } from '../../../src/ports/make-folder.ts';
import { giveToCaller, homeOfUid, sudoCaller } from '../../../src/ports/sudo.ts';

const MIA = { SUDO_UID: '1017', SUDO_GID: '1018', SUDO_USER: 'mia' };

describe('who called sudo', () => {
  it.each([
    ['a person', MIA, 0, { uid: 1017, gid: 1018 }],
    ['root', { ...MIA, SUDO_UID: '0' }, 0, null],
    ['nobody', {}, 0, null],
    ['nobody any more: the variables are left over', MIA, 1000, null],
    ['something else', { ...MIA, SUDO_UID: 'mia' }, 0, null],
  ])('%s', (_who, env, uid, caller) => {
    expect(sudoCaller(env, uid)).toEqual(caller);
  });

  it('has the home of passwd, whatever HOME says', () => {
    const passwd = 'root:x:0:0:root:/root:/bin/sh\nmia:x:1017:1018:,,,:/home/mia:/bin/bash\n';
    expect(homeOfUid(1017, passwd)).toBe('/home/mia');
    expect(homeOfUid(1, passwd)).toBeNull();
  });
});

const asRoot = process.getuid?.() === 0 ? describe : describe.skip;

asRoot('what root made for a person', () => {
  const dirs: string[] = [];
  const scratch = () => {
    const dir = mkdtempSync(join(tmpdir(), 'sd-sudo-'));
    dirs.push(dir);
    return dir;
  };
  afterEach(() => {
    vi.unstubAllEnvs();
    for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true, force: true });
  });

  it('becomes theirs, but for what was somebody else’s and what a link leads to', () => {
    const outside = join(scratch(), 'outside');
    writeFileSync(outside, '');
    const home = scratch();
    mkdirSync(join(home, 'runs/one'), { recursive: true });
    writeFileSync(join(home, 'runs/one/events.ndjson'), '');
    symlinkSync(outside, join(home, 'runs/link'));
    giveToCaller(join(home, 'runs'), { uid: 1017, gid: 1018 });
    expect(lstatSync(join(home, 'runs/one/events.ndjson'))).toMatchObject({ uid: 1017, gid: 1018 });
    expect(lstatSync(join(home, 'runs/link')).uid).toBe(1017);
    expect(lstatSync(outside).uid).toBe(0);
    giveToCaller(join(home, 'runs'), { uid: 2000, gid: 2000 });
    expect(lstatSync(join(home, 'runs/one')).uid).toBe(1017);
    giveToCaller(join(home, 'nothing'), { uid: 2000, gid: 2000 });
  });

  it('folders are theirs from the beginning, those above them too', () => {
    for (const [name, value] of Object.entries(MIA)) vi.stubEnv(name, value);
    const home = scratch();
    chmodSync(home, 0o755);
    makeFolder(join(home, '.config/steadydancer/profiles'));
    expect(lstatSync(join(home, '.config'))).toMatchObject({ uid: 1017, gid: 1018 });
    expect(lstatSync(join(home, '.config/steadydancer/profiles')).uid).toBe(1017);
    expect(lstatSync(home).uid).toBe(0);
  });
});
