import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fetch } from 'undici';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { freePort } from './recipe/repositories.ts';

const docker = new URL('../../docker/', import.meta.url).pathname;
const small = Buffer.alloc(100_000_000, 's');
const MEGABYTE = Buffer.alloc(1_000_000, 'l');
/** What stands in for ComfyUI: one answer on the port that it was given. */
const PROGRAM = `
import http.server, json, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers(); self.wfile.write(json.dumps(sys.argv).encode())
    def log_message(self, *_): pass
port = int(sys.argv[sys.argv.index("--port") + 1])
print("To see the GUI go to", flush=True)
http.server.HTTPServer(("127.0.0.1", port), Handler).serve_forever()
`;
let folder: string;
let hub: Server;
/** The answer for the large file, held after its first half. */
let held: ServerResponse | null;
let port: number;
let child: ChildProcess;
let said: string;
let ended: Promise<number | null>;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sd-entrypoint-'));
  held = null;
  hub = createServer((request, response) => {
    if (request.url?.endsWith('small.bin')) return void response.end(small);
    if (request.method === 'HEAD') return void response.end();
    held = response;
    for (let i = 0; i < 200; i += 1) response.write(MEGABYTE);
  });
  await new Promise<void>((resolve) => hub.listen(0, '127.0.0.1', resolve));
  port = await freePort();
  const at = join(folder, 'opt');
  cpSync(join(docker, 'container'), at, { recursive: true });
  for (const name of ['inputs', 'workflows']) mkdirSync(join(at, name));
  cpSync(join(docker, 'download_models.sh'), join(at, 'download_models.sh'));
  const model = (file: string, more: object) => ({
    ...{ id: file, role: 'vae', repo: 'o/n', path: file, revision: 'main', file, folder: 'vae' },
    ...{ bytes: null, sha256: null, neededBy: { variant: ['fp8'] } },
    ...more,
  });
  const sha256 = createHash('sha256').update(small).digest('hex');
  const models = [
    model('small.bin', { bytes: small.length, sha256 }),
    model('large.bin', { estimatedBytes: 400_000_000 }),
  ];
  writeFileSync(join(at, 'models.json'), JSON.stringify({ models }));
  const comfyui = join(folder, 'ComfyUI');
  mkdirSync(comfyui);
  writeFileSync(join(comfyui, 'main.py'), PROGRAM);
  said = '';
  child = spawn('python3', [join(at, 'entrypoint.py')], {
    env: {
      ...{ PATH: process.env.PATH ?? '', HOME: folder, NO_PROXY: '*' },
      ...{ COMFYUI_DIR: comfyui, COMFYUI_PORT: String(port), FETCH_MODELS: 'true' },
      HF_ENDPOINT: `http://127.0.0.1:${(hub.address() as AddressInfo).port}`,
    },
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  }
  ended = new Promise((resolve) => child.once('exit', (code) => resolve(code)));
});

afterEach(async () => {
  child.kill('SIGKILL');
  await ended;
  held?.destroy();
  hub.closeAllConnections();
  await new Promise((resolve) => hub.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

const get = (path: string) =>
  fetch(`http://127.0.0.1:${port}${path}`).then(
    async (answer) => ({ status: answer.status, text: await answer.text() }),
    () => ({ status: 0, text: '' }),
  );
const healthy = () =>
  spawnSync('python3', [join(folder, 'opt', 'healthcheck.py')], {
    env: { PATH: process.env.PATH ?? '', COMFYUI_PORT: String(port) },
  }).status;
const HALF = 'models 1 of 2, 0.3 of about 0.5 GB';

it('says on the port and in the log how far the models are, then ComfyUI takes the port', async () => {
  await expect.poll(async () => (await get('/')).text, { timeout: 60_000 }).toContain(HALF);
  const api = await get('/system_stats');
  expect(api.status).toBe(503);
  expect(JSON.parse(api.text)).toMatchObject({ state: 'fetching-models', progress: HALF });
  expect(healthy()).toBe(0);

  for (let i = 0; i < 200; i += 1) held?.write(MEGABYTE);
  held?.end();
  await expect.poll(async () => (await get('/system_stats')).status, { timeout: 60_000 }).toBe(200);
  expect(JSON.parse((await get('/system_stats')).text)).toContain('--listen');
  expect(healthy()).toBe(0);
  const lines = said.split('\n');
  expect(lines).toContain('models 2 of 2, 0.5 of 0.5 GB');
  // On its way too: at once, then now and then.
  expect(said).toMatch(/^models [01] of 2, [\d.]+ of about 0\.5 GB$/m);
  expect(readdirSync(join(folder, 'ComfyUI', 'models', 'vae')).sort()).toEqual([
    'large.bin',
    'small.bin',
  ]);
});

it('ends at once when it is told to while it fetches, and keeps the part', async () => {
  await expect.poll(async () => (await get('/')).text, { timeout: 60_000 }).toContain(HALF);
  const before = Date.now();
  child.kill('SIGTERM');
  expect(await ended).toBe(143);
  // An engine kills what has not ended after ten seconds.
  expect(Date.now() - before).toBeLessThan(8_000);
  const part = statSync(join(folder, 'ComfyUI', 'models', 'vae', 'large.bin.part'));
  expect(part.size).toBeGreaterThan(100_000_000);
});
