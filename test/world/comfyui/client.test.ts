import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer as createTcp } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createComfyClient } from '../../../src/comfyui/client.ts';
import { Failure, UsageError } from '../../../src/contract/failure.ts';
import { jsonOf, recording, recordings } from '../../unit/comfyui/recordings.ts';
import { startStandIn } from '../rehearsal/stand-in.ts';
import { always, startScripted } from './scripted-server.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function against(starting: ReturnType<typeof startScripted>) {
  const server = await starting;
  const client = createComfyClient({ url: server.url });
  cleanups.push(server.stop, client.close);
  return { server, client };
}

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'no failure',
    (error) => (error instanceof Failure ? error.code : String(error)),
  );

describe('recordings of ComfyUI 0.3.64', () => {
  it('reads system_stats, object_info, queue and history', async () => {
    const { client } = await against(startScripted());
    const stats = await client.systemStats();
    expect(stats.system.comfyui_version).toBe('0.3.64');
    expect(stats.devices).toMatchObject([{ type: 'cpu', index: null, vram_total: 25276502016 }]);
    const all = await client.objectInfo();
    expect(Object.keys(all)).toEqual(Object.keys(jsonOf('object_info')));
    expect((await client.nodeClass('SaveImage'))?.output_node).toBe(true);
    expect(await client.queue()).toEqual({ running: [], pending: [] });
    const id = Object.keys(jsonOf('ok_save_history'))[0] as string;
    expect((await client.history(id))?.outputs).toEqual({
      2: { images: [{ filename: 'smoke_00001_.png', subfolder: '', type: 'output' }] },
    });
  });

  it('takes an unknown class and an unknown run, which are `200 {}`, as absent', async () => {
    const unknownClass = recording('object_info_unknown').path.split('/').pop() as string;
    const { client } = await against(startScripted());
    expect(await client.nodeClass(unknownClass)).toBeNull();
    expect(await client.history('00000000-0000-0000-0000-000000000000')).toBeNull();
  });

  const posts = recordings().filter(({ path, method }) => path === '/prompt' && method === 'POST');
  it.each(posts.filter(({ status }) => status === 400))('$name is a refusal', async (recorded) => {
    const { client } = await against(always(400, recorded.contentType, recorded.body));
    const { error, node_errors } = JSON.parse(recorded.body.toString());
    expect(await client.submit({}, 'c')).toEqual({
      accepted: false,
      error,
      nodeErrors: node_errors,
    });
  });

  it.each(posts.filter(({ status }) => status === 200))('$name is accepted', async (recorded) => {
    const { client } = await against(always(200, recorded.contentType, recorded.body));
    const { prompt_id, number, node_errors } = JSON.parse(recorded.body.toString());
    expect(await client.submit({}, 'c')).toEqual({
      accepted: true,
      promptId: prompt_id,
      number,
      nodeErrors: node_errors,
    });
  });

  it('gives a text/plain 500 its name', async () => {
    const { contentType, body } = recording('bad_not_json');
    const { client } = await against(always(500, contentType, body));
    expect(await codeOf(client.submit({}, 'c'))).toBe('comfyui-server-error');
  });

  it('saves a file byte for byte and leaves no .part', async () => {
    const { client } = await against(startScripted());
    const folder = await mkdtemp(join(tmpdir(), 'sd-client-'));
    cleanups.push(() => rm(folder, { recursive: true }));
    const file = { filename: 'smoke_00001_.png', subfolder: '', type: 'output' };
    const path = join(folder, 'a.png');
    const saved = await client.download(file, { path, maxBytes: 1000 });
    expect(saved).toEqual({ path, bytes: 360, mime: 'image/png' });
    expect(await readFile(path)).toEqual(recording('ok_save_view_2').body);
    expect(
      await codeOf(client.download(file, { path: join(folder, 'b.png'), maxBytes: 359 })),
    ).toBe('comfyui-answer-too-large');
    expect(await readdir(folder)).toEqual(['a.png']);
  });
});

describe('what stands between', () => {
  it.each([
    [502, 'text/html', '<html><h1>502 Bad Gateway</h1>nginx</html>', 'comfyui-proxy-page'],
    [200, 'text/html', '<!doctype html><title>Sign in</title>', 'comfyui-proxy-page'],
    [401, 'text/plain', 'who are you', 'comfyui-auth'],
    [403, 'text/html', '<html>no</html>', 'comfyui-auth'],
    [413, 'text/html', '<html>too large</html>', 'comfyui-upload-too-large'],
    [200, 'application/json', '{"hello":"world"}', 'comfyui-not-comfyui'],
    [200, 'application/json', '{"system":', 'comfyui-not-comfyui'],
    [404, 'text/plain', 'not here', 'comfyui-not-comfyui'],
  ])('HTTP %i %s is %s', async (status, type, body, code) => {
    const { client } = await against(always(status, type, body));
    expect(await codeOf(client.systemStats())).toBe(code);
  });

  it('names a closed port and a name that does not exist', async () => {
    const free = createTcp();
    await new Promise<void>((resolve) => free.listen(0, '127.0.0.1', resolve));
    const { port } = free.address() as { port: number };
    await new Promise((resolve) => free.close(resolve));
    const closed = createComfyClient({ url: `127.0.0.1:${port}` });
    cleanups.push(closed.close);
    await expect(closed.systemStats()).rejects.toMatchObject({
      code: 'comfyui-unreachable',
      message: `Nothing answers at http://127.0.0.1:${port}: the port is closed.`,
    });
  });

  it('gives up on a server that accepts and never answers, and on one that drips', async () => {
    const silent = await against(startScripted(() => true));
    expect(await codeOf(silent.client.systemStats({ timeoutMs: 60 }))).toBe('comfyui-timeout');
    const dripping = await against(
      startScripted((_request, response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        const timer = setInterval(() => response.write(' '), 5);
        response.on('close', () => clearInterval(timer));
        return true;
      }),
    );
    expect(await codeOf(dripping.client.systemStats({ timeoutMs: 80 }))).toBe('comfyui-timeout');
  });

  it('ends with the reason of the caller, not with a failure of its own', async () => {
    const { client } = await against(startScripted(() => true));
    const caller = new AbortController();
    const reason = new Error('the person pressed Ctrl-C');
    const asked = client.systemStats({ signal: caller.signal });
    caller.abort(reason);
    await expect(asked).rejects.toBe(reason);
  });
});

describe('who asks', () => {
  it('sends basic auth from the address and a token, and shows neither', async () => {
    const { server } = await against(startScripted());
    const withUser = createComfyClient({ url: server.url.replace('://', '://ann:s%20x@') });
    const withToken = createComfyClient({
      url: server.url,
      auth: { kind: 'bearer', token: 'T0k' },
    });
    cleanups.push(withUser.close, withToken.close);
    await withUser.systemStats();
    await withToken.systemStats();
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([
      `Basic ${Buffer.from('ann:s x').toString('base64')}`,
      'Bearer T0k',
    ]);
    expect(withUser.connection.baseUrl).toBe(server.url);
  });

  it.each(['', 'ftp://host', 'http://'])('refuses the address %j', (url) => {
    expect(() => createComfyClient({ url })).toThrow(UsageError);
  });
});

describe('against the stand-in', () => {
  it('uploads, finds the file as a choice of LoadImage, and never overwrites unasked', async () => {
    const { client } = await against(startStandIn() as never);
    const data = new Blob([Buffer.from([0, 13, 10, 255, 45, 45])]);
    expect(await client.upload({ name: 'ref.png', data })).toMatchObject({ filename: 'ref.png' });
    expect(await client.upload({ name: 'ref.png', data })).toMatchObject({
      filename: 'ref (1).png',
    });
    const loader = await client.nodeClass('LoadImage');
    expect(loader?.input.required.image?.[0]).toEqual(['ref (1).png', 'ref.png']);
    const folder = await mkdtemp(join(tmpdir(), 'sd-client-'));
    cleanups.push(() => rm(folder, { recursive: true }));
    const path = join(folder, 'back');
    const file = { filename: 'ref.png', subfolder: '', type: 'input' };
    await client.download(file, { path, maxBytes: 100 });
    expect(await readFile(path)).toEqual(Buffer.from([0, 13, 10, 255, 45, 45]));
  });

  it('cancels its own run and nobody else’s', async () => {
    const { client } = await against(startStandIn('hang-in-render') as never);
    const submit = async (seed: number) => {
      const submitted = await client.submit(dance(seed), 'c');
      return submitted.accepted ? submitted.promptId : 'refused';
    };
    const [running, pending] = [await submit(1), await submit(2)];
    await expect.poll(() => client.queue()).toEqual({ running: [running], pending: [pending] });
    await client.cancel('somebody-else');
    await client.cancel(pending);
    expect(await client.queue()).toEqual({ running: [running], pending: [] });
    await client.cancel(running);
    await expect.poll(() => client.queue()).toEqual({ running: [], pending: [] });
    expect((await client.history(running))?.status.status_str).toBe('error');
  });
});

function dance(seed: number) {
  return {
    1: { class_type: 'RehearsalDancer', inputs: { width: 64, height: 112, frames: 5, seed } },
    2: {
      class_type: 'SaveAnimatedPNG',
      inputs: { images: ['1', 0], filename_prefix: 'd', fps: 16, compress_level: 4 },
    },
  };
}
