import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, type TestContext, test } from 'vitest';
import { exitCodes } from '../../src/contract/exit-codes.ts';
import { hubFile } from './hub/hub.ts';
import { filesIn, hubWith, pullFrom, REPO, scratch, sha256, wantedOf } from './hub/pulling.ts';
import { bytesOf } from './hub/random.ts';

const file = hubFile(REPO, 'big.bin', bytesOf(2, 20_000_000));
const mounted: string[] = [];
afterEach(() => {
  for (const folder of mounted.splice(0)) {
    spawnSync('umount', [folder]);
    rmSync(folder, { recursive: true, force: true });
  }
});

/** A small filesystem of its own; the test is skipped where this user may not mount one. */
function filesystem(context: TestContext, options: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'sd-disk-'));
  const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder], {
    encoding: 'utf8',
  });
  if (status !== 0) {
    rmSync(folder, { recursive: true });
    context.skip(`no filesystem can be mounted here: ${stderr?.trim() || 'mount is missing'}`);
  }
  mounted.push(folder);
  return folder;
}

test('a filesystem that is too small is refused before the first byte, with what is missing', async (context) => {
  const folder = filesystem(context, 'size=16m');
  const hub = await hubWith({ files: [file] });
  const report = await pullFrom(hub, folder, [wantedOf(file)]);
  expect(report.failure?.details).toMatchObject({
    code: 'disk-full-models',
    exitCode: exitCodes.disk,
  });
  expect(report.failure?.message).toMatch(/1[67] MB free, 20 MB still missing/);
  expect(hub.sentBytes()).toBe(0);
});

test('a 64 MB filesystem that others fill meanwhile stops at once; with room again it goes on', async (context) => {
  const folder = filesystem(context, 'size=64m');
  const hub = await hubWith({ files: [file], bytesPerSecond: 2_000_000 });
  const other = join(folder, 'other');
  let filled = false;
  const report = await pullFrom(hub, folder, [wantedOf(file)], {
    emit: (event) => {
      if (event.type !== 'model' || event.bytes === 0 || filled) return;
      filled = true;
      spawnSync('dd', ['if=/dev/zero', `of=${other}`, 'bs=1M', 'count=100']);
    },
  });
  expect(filled).toBe(true);
  expect(report.failure?.code).toBe('disk-full-models');
  expect(report.failure?.message).toMatch(/still missing/);
  expect(filesIn(folder)).toEqual(['big.bin.part', 'big.bin.part.state', 'other']);
  rmSync(other);
  const before = hub.sentBytes();
  const second = await pullFrom(hub, folder, [wantedOf(file)]);
  expect(second.failure).toBeNull();
  expect(sha256(join(folder, 'big.bin'))).toBe(file.sha256);
  expect(hub.sentBytes() - before).toBeLessThan(file.size);
});

test('a read-only folder: what is there counts, pins go to the state folder, what is missing is named', async (context) => {
  const folder = filesystem(context, 'size=64m');
  writeFileSync(join(folder, 'big.bin'), file.read(0, file.size));
  spawnSync('mount', ['-o', 'remount,ro', folder]);
  const hub = await hubWith({ files: [file] });
  const stateDir = scratch();
  const wanted = wantedOf(file, { bytes: file.size, sha256: file.sha256 });
  const there = await pullFrom(hub, folder, [wanted], { stateDir });
  expect(there.files[0]?.state).toBe('present');
  expect(filesIn(stateDir)).toHaveLength(1);
  const missing = wantedOf(file, { file: 'vae/other.bin' });
  const report = await pullFrom(hub, folder, [missing], { stateDir });
  expect(report.failure?.code).toBe('models-folder-read-only');
  expect(report.failure?.message).toContain('20 MB still missing');
});

test('a folder of somebody else is named with the command that changes it', async (context) => {
  const uid = process.getuid?.();
  if (uid !== 0) context.skip('only root can give a folder away');
  const folder = scratch();
  mkdirSync(join(folder, 'models'), { mode: 0o755 });
  const hub = await hubWith({ files: [file] });
  process.seteuid?.(65_534);
  try {
    const report = await pullFrom(hub, join(folder, 'models'), [wantedOf(file)]).catch((e) => e);
    expect(report.failure?.code).toBe('models-folder-no-permission');
    expect(report.failure?.details.fixes[0].command).toContain('chown');
  } finally {
    process.seteuid?.(0);
  }
});

test('a model on another filesystem is not copied: its folder is to be mounted', async (context) => {
  const elsewhere = filesystem(context, 'size=64m');
  writeFileSync(join(elsewhere, 'mine.bin'), file.read(0, file.size));
  const hub = await hubWith({ files: [file] });
  const folder = scratch();
  const report = await pullFrom(hub, folder, [wantedOf(file)], { reuseFrom: [elsewhere] });
  expect(report.files[0]).toMatchObject({
    state: 'reused',
    mount: elsewhere,
    path: join(elsewhere, 'mine.bin'),
  });
  expect(hub.sentBytes()).toBe(0);
});

test('pre-allocation is sparse: a download that has just begun takes no room', async () => {
  const hub = await hubWith({ files: [file], bytesPerSecond: 200_000 });
  const folder = scratch();
  const stop = new AbortController();
  const pulling = pullFrom(hub, folder, [wantedOf(file)], {
    signal: stop.signal,
    emit: (event) => {
      if (event.type === 'model' && event.bytes > 0) stop.abort(new Error('enough'));
    },
  });
  await expect(pulling).rejects.toThrow('enough');
  const part = statSync(join(folder, 'big.bin.part'));
  expect(part.size).toBe(file.size);
  expect(part.blocks * 512).toBeLessThan(file.size / 2);
});
