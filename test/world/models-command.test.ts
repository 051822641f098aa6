import { execFileSync } from 'node:child_process';
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Io } from '../../src/commands/io.ts';
import { models } from '../../src/commands/models.ts';
import { eventSchema } from '../../src/contract/events.ts';
import { exitCodes } from '../../src/contract/exit-codes.ts';
import { UsageError } from '../../src/contract/failure.ts';
import { modelsReportSchema } from '../../src/contract/models.ts';
import { hubFile } from './hub/hub.ts';
import { filesIn, hubWith, REPO, scratch } from './hub/pulling.ts';
import { bytesOf } from './hub/random.ts';

const file = hubFile(REPO, 'x.bin', bytesOf(8, 400_000));

async function prepared() {
  const hub = await hubWith({ files: [file] });
  const folder = scratch();
  const dest = join(folder, 'models');
  const manifest = join(folder, 'manifest.json');
  const { repo, path } = file;
  writeFileSync(
    manifest,
    JSON.stringify({ models: [{ file: 'x.bin', folder: 'vae', repo, path }] }),
  );
  const call = async (action: string, more: Record<string, unknown> = {}) => {
    const out: string[] = [];
    const said: string[] = [];
    const io: Io = {
      env: { STEADYDANCER_HOME: join(folder, 'home') },
      cwd: folder,
      home: folder,
      interactive: false,
      out: (line) => out.push(line),
      say: (line) => said.push(line),
    };
    const exitCode = await models(
      action,
      { manifest, dest, hub: hub.url, json: true, ...more },
      io,
    );
    return { exitCode, out, said };
  };
  return { call, dest, folder };
}

test('pull, verify and list print events, then one report; JSON is alone on stdout', async () => {
  const { call } = await prepared();
  for (const action of ['pull', 'verify', 'list']) {
    const { exitCode, out } = await call(action);
    expect(exitCode).toBe(exitCodes.done);
    const documents = out.map((line) => JSON.parse(line));
    const report = modelsReportSchema.strict().parse(documents.pop());
    for (const event of documents) expect(eventSchema.parse(event).type).toBe('model');
    const state = action === 'pull' ? 'done' : 'present';
    expect(report).toMatchObject({
      ok: true,
      files: [{ file: 'vae/x.bin', state, sha256: file.sha256 }],
    });
  }
});

test('verify gives 13 on a mismatch and on a missing file, list 0', async () => {
  const { call, dest } = await prepared();
  expect((await call('verify')).exitCode).toBe(exitCodes.models);
  expect((await call('list')).exitCode).toBe(exitCodes.done);
  await call('pull');
  const spoiled = bytesOf(9, file.size);
  writeFileSync(join(dest, 'vae/x.bin'), spoiled);
  const { exitCode, out } = await call('verify');
  expect(exitCode).toBe(exitCodes.models);
  expect(JSON.parse(out.at(-1) ?? '').files[0].state).toBe('mismatch');
});

test('pull says in words what is wrong, with its code, and gives 13', async () => {
  const { call, folder } = await prepared();
  const manifest = join(folder, 'gone.json');
  writeFileSync(manifest, JSON.stringify([{ file: 'gone.bin', repo: REPO }]));
  const { exitCode, out, said } = await call('pull', { json: false, manifest });
  expect(exitCode).toBe(exitCodes.models);
  expect(out).toEqual([]);
  expect(said.join('\n')).toContain('gone.bin is not at its source. (models-not-found)');
});

test('remove lists first and asks for --yes; nothing else is touched', async () => {
  const { call, dest } = await prepared();
  await call('pull');
  writeFileSync(join(dest, 'mine.txt'), 'mine');
  const asked = await call('remove');
  expect(asked.exitCode).toBe(exitCodes.question);
  expect(asked.said.join('\n')).toContain('cannot be undone');
  expect(filesIn(dest)).toContain('vae/x.bin');
  const listed = modelsReportSchema.strict().parse(JSON.parse(asked.out[0] ?? ''));
  expect(listed).toMatchObject({ ok: false, files: [{ file: 'vae/x.bin', state: 'present' }] });
  expect((await call('remove', { yes: true })).exitCode).toBe(exitCodes.done);
  expect(filesIn(dest)).toEqual(['mine.txt', 'models.lock.json']);
});

test('remove refuses what is not there, a folder, and a bad name; nothing is removed', async () => {
  const { call, dest } = await prepared();
  await call('pull');
  const before = filesIn(dest);
  const none = call('remove', { yes: true, files: ['vae/x.bin', 'vae/y.bin'] });
  await expect(none).rejects.toThrow(UsageError);
  await expect(none).rejects.toThrow(
    /no vae\/y\.bin in .*nothing was removed\. There is: vae\/x\.bin\./,
  );
  await expect(call('remove', { yes: true, files: ['vae'] })).rejects.toMatchObject({
    details: {
      code: 'models-not-a-file',
      exitCode: 2,
      sentence: expect.stringMatching(/"vae" is a folder/),
    },
  });
  const bad = await call('remove', { yes: true, files: ['../x\u202ebin'] }).catch((error) => error);
  expect(bad.details).toMatchObject({ code: 'models-name-escapes', exitCode: 2 });
  expect(bad.message).toMatch(/^"\.\.\/x\\u202ebin" is no name of a model/);
  expect(filesIn(dest)).toEqual(before);
  expect((await call('remove', { yes: true, files: ['vae/x.bin'] })).exitCode).toBe(exitCodes.done);
  expect(filesIn(dest)).toEqual(['models.lock.json']);
});

test('a file in the place of the models folder is said before anybody is asked', async () => {
  const { call, folder } = await prepared();
  writeFileSync(join(folder, 'plain'), 'mine');
  symlinkSync('nothing', join(folder, 'dangling'));
  for (const dest of ['plain', 'plain/below', 'dangling']) {
    const { exitCode, out, said } = await call('pull', { dest, hub: 'http://127.0.0.1:9' });
    expect(exitCode).toBe(exitCodes.models);
    const report = modelsReportSchema.strict().parse(JSON.parse(out.at(-1) ?? ''));
    expect(report).toMatchObject({ ok: false, files: [{ file: 'vae/x.bin', state: 'failed' }] });
    expect(said.join('\n')).toMatch(
      /is not a folder to put models into\. \(models-folder-not-folder\)/,
    );
  }
});

test('wrong calls are usage errors', async () => {
  const { call } = await prepared();
  await expect(call('dance')).rejects.toBeInstanceOf(UsageError);
  await expect(call('pull', { variant: 'fp4' })).rejects.toBeInstanceOf(UsageError);
  await expect(call('pull', { placement: 'volume' })).rejects.toThrow(/--dest is for a folder/);
  await expect(call('pull', { manifest: 'none.json' })).rejects.toBeInstanceOf(UsageError);
});

test('a pipe that nobody writes to is no manifest', async () => {
  const { call, folder } = await prepared();
  execFileSync('mkfifo', [join(folder, 'pipe')]);
  for (const action of ['pull', 'list']) {
    await expect(call(action, { manifest: 'pipe' })).rejects.toThrow(
      /cannot be read: it is a pipe/,
    );
  }
});
