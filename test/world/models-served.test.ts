import { spawn, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { serveHub } from '../../src/models/hub-server.ts';
import { hubFile } from './hub/hub.ts';
import { pullFrom, REPO, scratch, sha256, wantedOf } from './hub/pulling.ts';
import { bytesOf } from './hub/random.ts';

const file = hubFile(REPO, 'a b/x.bin', bytesOf(6, 3_000_000));

async function served() {
  const folder = scratch();
  const local = join(folder, 'x.bin');
  writeFileSync(local, file.read(0, file.size));
  const { repo, path, size: bytes, sha256: hash } = file;
  const server = await serveHub([{ repo, path, local, bytes, sha256: hash }], '127.0.0.1');
  onTestFinished(() => server.close());
  return { server, local, url: `http://127.0.0.1:${server.port}` };
}

test('the server for baked builds satisfies our own downloader', async () => {
  const { url } = await served();
  const folder = scratch();
  const report = await pullFrom({ url }, folder, [wantedOf(file)]);
  expect(report.files[0]).toMatchObject({ state: 'done', sha256: file.sha256 });
  expect(sha256(join(folder, file.path))).toBe(file.sha256);
});

test('curl gets the file whole, resumes it, and gets nothing that is not served', async () => {
  const { url } = await served();
  const folder = scratch();
  const out = join(folder, 'x.bin');
  writeFileSync(out, file.read(0, 1_000_000));
  const curl = (...args: string[]) =>
    new Promise<number | null>((resolve) => {
      spawn('curl', ['-sSfL', ...args], { stdio: 'ignore' }).once('close', resolve);
    });
  if (spawnSync('curl', ['--version']).status !== 0) throw new Error('curl is needed');
  expect(await curl('-C', '-', '-o', out, `${url}/${REPO}/resolve/main/a%20b/x.bin`)).toBe(0);
  expect(sha256(out)).toBe(file.sha256);
  for (const path of ['/etc/passwd', `/${REPO}/resolve/main/../../../../etc/passwd`, '/%2e%2e/x']) {
    expect(await curl('--path-as-is', '-o', join(folder, 'no'), url + path)).toBe(22);
  }
});

test('a file that changed since it was verified is no longer given', async () => {
  const { url, local } = await served();
  writeFileSync(local, 'short');
  const answer = await fetch(`${url}/${REPO}/resolve/main/a%20b/x.bin`);
  expect(answer.status).toBe(404);
  expect(await answer.text()).toBe('');
});

test('the script of the image fetches from it, listing and token aside', async () => {
  const { url } = await served();
  const folder = scratch();
  const entry = {
    ...{ id: 'x', role: 'vae', repo: REPO, path: file.path, revision: 'main', folder: 'vae' },
    ...{ file: 'x.bin', bytes: null, sha256: null, neededBy: { variant: ['fp8'] }, match: 'x' },
  };
  const list = join(folder, 'models.json');
  writeFileSync(list, JSON.stringify({ models: [entry] }));
  const script = join(import.meta.dirname, '../../docker/download_models.sh');
  const ended = await new Promise<number | null>((resolve) => {
    spawn('sh', [script, folder], {
      env: { ...process.env, MODELS_JSON: list, HF_ENDPOINT: url, HF_TOKEN: 'hf_secret' },
      stdio: 'ignore',
    }).once('close', resolve);
  });
  expect(ended).toBe(0);
  expect(sha256(join(folder, 'vae/x.bin'))).toBe(file.sha256);
});
