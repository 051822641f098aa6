import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';

const script = new URL('../../docker/download_models.sh', import.meta.url).pathname;
const weights = Buffer.alloc(20_000, 'weights ');
const sha256 = createHash('sha256').update(weights).digest('hex');
let folder: string;
let server: Server;
let requests: IncomingMessage[];
let linked: Record<string, string>;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sd-download-'));
  requests = [];
  linked = {};
  server = createServer((request, response) => {
    requests.push(request);
    if (request.url?.startsWith('/api/models/')) {
      response.end(JSON.stringify([{ type: 'file', path: 'a Q4_K_M b.bin' }]));
      return;
    }
    const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
    for (const [name, value] of Object.entries(linked)) response.setHeader(name, value);
    response.statusCode = from > 0 ? 206 : 200;
    if (from > 0) {
      response.setHeader('Content-Range', `bytes ${from}-${weights.length - 1}/${weights.length}`);
    }
    response.end(request.method === 'HEAD' ? undefined : weights.subarray(from));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterEach(async () => {
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

const model = (changes: object = {}) => ({
  id: 'm',
  role: 'weights',
  repo: 'owner/name',
  path: 'sub/m.bin',
  revision: 'main',
  file: 'm.bin',
  folder: 'vae/x',
  bytes: weights.length,
  sha256,
  neededBy: { variant: ['fp8'] },
  ...changes,
});

async function download(models: object[], env: Record<string, string> = {}) {
  const json = join(folder, 'models.json');
  writeFileSync(json, JSON.stringify({ models }));
  const { port } = server.address() as AddressInfo;
  const child = spawn('sh', [script, join(folder, 'models')], {
    env: {
      PATH: process.env.PATH ?? '',
      MODELS_JSON: json,
      HF_ENDPOINT: `http://127.0.0.1:${port}`,
      MODELS_TRIES: '2',
      NO_PROXY: '*',
      ...env,
    },
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  }
  const code = await new Promise((resolve) => child.once('close', resolve));
  return { code, said, file: join(folder, 'models', 'vae/x/m.bin') };
}

it('fetches a file, and not again', async () => {
  const first = await download([
    model(),
    model({ file: 'no.bin', neededBy: { variant: ['fp16'] } }),
  ]);
  expect(first).toMatchObject({ code: 0, said: 'vae/x/m.bin: fetched\n' });
  expect(readFileSync(first.file).equals(weights)).toBe(true);
  expect(existsSync(`${first.file}.part`)).toBe(false);
  expect(requests.map(({ url }) => url)).toEqual(['/owner/name/resolve/main/sub/m.bin']);
  const again = await download([model()]);
  expect(again).toMatchObject({ code: 0, said: 'vae/x/m.bin: there\n' });
  expect(requests).toHaveLength(1);
});

it('goes on where it stopped', async () => {
  const { file } = await download([]);
  const part = `${file}.part`;
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(part, weights.subarray(0, 5_000));
  expect(await download([model()])).toMatchObject({ code: 0 });
  expect(requests.at(-1)?.headers.range).toBe('bytes=5000-');
  expect(readFileSync(file).equals(weights)).toBe(true);
});

it('keeps nothing that is not what was expected', async () => {
  const { code, said, file } = await download([model({ sha256: '0'.repeat(64) })]);
  expect(code).toBe(1);
  expect(said).toContain(`steadydancer: vae/x/m.bin came with sha256 ${sha256}, and 0000`);
  expect(existsSync(file) || existsSync(`${file}.part`)).toBe(false);
});

it('asks the hub for what models.json does not know', async () => {
  linked = { 'X-Linked-Size': String(weights.length), 'X-Linked-ETag': `"${'1'.repeat(64)}"` };
  const unknown = model({ bytes: null, sha256: null });
  expect((await download([unknown])).said).toContain(`and ${'1'.repeat(64)} (20000 bytes) was`);
  linked['X-Linked-ETag'] = `"${sha256}"`;
  expect(await download([unknown])).toMatchObject({ code: 0, said: 'vae/x/m.bin: fetched\n' });
});

it('lists the repository where only a part of the name is known', async () => {
  expect(await download([model({ match: 'Q4_K_M' })])).toMatchObject({ code: 0 });
  expect(decodeURI(requests.at(-1)?.url ?? '')).toBe('/owner/name/resolve/main/a Q4_K_M b.bin');
});

it('gives a token to no mirror unasked, and shows it nowhere', async () => {
  const token = join(folder, 'token');
  writeFileSync(token, 'hf_secret\n');
  const { said } = await download([model()], { HF_TOKEN_FILE: token });
  expect(requests.at(-1)?.headers.authorization).toBeUndefined();
  rmSync(join(folder, 'models'), { recursive: true });
  await download([model()], { HF_TOKEN_FILE: token, HF_TOKEN_TO_MIRROR: 'true' });
  expect(requests.at(-1)?.headers.authorization).toBe('Bearer hf_secret');
  expect(said).not.toContain('hf_secret');
});

it('refuses a variant that it does not know', async () => {
  const { code, said } = await download([model()], { STEADYDANCER_VARIANT: 'fp4' });
  expect(code).toBe(1);
  expect(said).toContain('models.json has no variant fp4: fp8.');
});
