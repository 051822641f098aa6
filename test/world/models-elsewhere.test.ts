import { spawnSync } from 'node:child_process';
import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, type TestContext, test } from 'vitest';
import { Elsewhere } from '../../src/models/elsewhere.ts';
import { foundModels } from '../../src/models/found-models.ts';
import { verify } from '../../src/models/verify.ts';
import { systemClock } from '../../src/ports/clock.ts';
import { hubFile } from './hub/hub.ts';
import { filesIn, hubWith, pullFrom, REPO, scratch, sha256, wantedOf } from './hub/pulling.ts';
import { bytesOf } from './hub/random.ts';

const file = hubFile(REPO, 'vae/x.bin', bytesOf(31, 3_000_000));
const signal = new AbortController().signal;

/** Another filesystem, or the test is skipped where this user may not mount one. */
function otherFilesystem(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'sd-other-'));
  const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', 'tmpfs', folder], {
    encoding: 'utf8',
  });
  if (status !== 0) {
    rmSync(folder, { recursive: true });
    context.skip(`no filesystem can be mounted here: ${stderr?.trim() || 'mount is missing'}`);
  }
  onTestFinished(() => {
    spawnSync('umount', [folder]);
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

test('a model of another filesystem is hashed once, used from there, and asked of nobody again', async (context) => {
  const other = otherFilesystem(context);
  const path = join(other, 'renamed.bin');
  writeFileSync(path, file.read(0, file.size));
  const hub = await hubWith({ files: [file] });
  const folder = scratch();
  const stateDir = scratch();
  const options = { stateDir, reuseFrom: [other] };
  const first = await pullFrom(hub, folder, [wantedOf(file)], options);
  expect(first.files[0]).toMatchObject({ state: 'reused', mount: other, path });
  const asked = hub.requests.length;
  const again = await pullFrom(hub, folder, [wantedOf(file)], options);
  expect(again.files[0]).toMatchObject({ state: 'reused', path, sha256: file.sha256 });
  expect(hub.requests.length).toBe(asked);
  expect(again.events.some((event) => event.type === 'model' && event.state === 'verifying')).toBe(
    false,
  );
  const common = { folder, models: [wantedOf(file)], clock: systemClock, stateDir, signal };
  const look = (thorough: boolean) => verify({ ...common, emit: () => undefined, thorough });
  for (const thorough of [false, true]) {
    expect((await look(thorough))[0]).toMatchObject({ state: 'present', path, mount: other });
  }
  // Among our own state alone, and for nobody else to write.
  expect(filesIn(folder)).toEqual([]);
  const kept = filesIn(stateDir).find((name) => name.endsWith('elsewhere.json')) ?? '';
  expect(statSync(join(stateDir, kept)).mode & 0o077).toBe(0);

  writeFileSync(path, bytesOf(32, file.size));
  expect(await new Elsewhere(folder, stateDir).find(file.path)).toBeNull();
  expect((await look(false))[0]).toMatchObject({ state: 'missing', path: null });
  const third = await pullFrom(hub, folder, [wantedOf(file)], options);
  expect(third.files[0]?.state).toBe('done');
});

test('where a container cannot wait for it, it is copied and not fetched', async (context) => {
  const other = otherFilesystem(context);
  writeFileSync(join(other, 'x.bin'), file.read(0, file.size));
  const hub = await hubWith({ files: [file] });
  const folder = scratch();
  const options = { stateDir: scratch(), reuseFrom: [other], mayMount: false };
  const report = await pullFrom(hub, folder, [wantedOf(file)], options);
  expect(report.files[0]).toMatchObject({ state: 'reused', mount: null });
  expect(sha256(join(folder, file.path))).toBe(file.sha256);
  expect(hub.sentBytes()).toBe(0);
  expect(filesIn(folder)).toEqual(['models.lock.json', 'vae/x.bin']);
});

test('on one filesystem it is a second name of the same bytes', async () => {
  const home = scratch();
  const [comfy, folder] = [join(home, 'ComfyUI'), join(home, 'models')];
  mkdirSync(comfy);
  writeFileSync(join(comfy, 'x.bin'), file.read(0, file.size));
  const hub = await hubWith({ files: [file] });
  const report = await pullFrom(hub, folder, [wantedOf(file)], { reuseFrom: [comfy] });
  expect(report.files[0]).toMatchObject({ state: 'reused', mount: null });
  const [ours, theirs] = [statSync(join(folder, file.path)), statSync(join(comfy, 'x.bin'))];
  // A hard link, or a copy-on-write copy where the filesystem has them.
  expect(ours.ino === theirs.ino || ours.nlink === 1).toBe(true);
  expect(sha256(join(folder, file.path))).toBe(file.sha256);
});

test('a plan finds models by size, by name where none is known, and sees the filesystem', async (context) => {
  const other = otherFilesystem(context);
  const same = scratch();
  const folder = join(same, 'not', 'there', 'yet');
  writeFileSync(join(other, 'blob-1'), file.read(0, file.size));
  symlinkSync('blob-1', join(other, 'x.bin'));
  writeFileSync(join(same, 'y.bin'), Buffer.alloc(1000));
  linkSync(join(same, 'y.bin'), join(same, 'again.bin'));
  const wanted = [
    { ...wantedOf(file), bytes: file.size, estimatedBytes: file.size },
    { ...wantedOf(file), id: 'by-name', estimatedBytes: file.size },
    { ...wantedOf({ ...file, path: 'vae/y.bin' }), id: 'y', bytes: 1000, estimatedBytes: 1000 },
    { ...wantedOf({ ...file, path: 'vae/y.bin' }), id: 'too small', estimatedBytes: 9_000_000 },
    { ...wantedOf({ ...file, path: 'vae/z.bin' }), id: 'z', estimatedBytes: 1000 },
  ];
  const found = await foundModels(folder, wanted, [other, same], signal);
  expect(found).toMatchObject([
    { id: file.path, elsewhere: true, path: join(other, 'blob-1') },
    { id: 'by-name', elsewhere: true },
    { id: 'y', elsewhere: false, bytes: 1000 },
  ]);
  expect(found).toHaveLength(3);
});

test('a search that takes too long for a plan gives what it has', async () => {
  const places = Array.from({ length: 5 }, () => scratch());
  for (const [n, place] of places.entries()) writeFileSync(join(place, 'x'), Buffer.alloc(100 + n));
  let now = 0;
  const slow = () => {
    now += 400;
    return now;
  };
  const wanted = places.map((_, n) => ({
    ...wantedOf({ ...file, path: `${n}` }),
    ...{ bytes: 100 + n, estimatedBytes: 1 },
  }));
  const found = await foundModels(scratch(), wanted, places, signal, slow);
  expect(found.length).toBeGreaterThan(0);
  expect(found.length).toBeLessThan(5);
});
