import { appendFileSync, existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { eventBodySchemas } from '../../src/contract/events.ts';
import { Valve } from '../../src/models/valve.ts';
import { calm, type Fault } from './hub/faults.ts';
import { COMMIT, hubFile } from './hub/hub.ts';
import { filesIn, hubWith, pullFrom, REPO, scratch, sha256, wantedOf } from './hub/pulling.ts';
import { bytesOf } from './hub/random.ts';

const file = hubFile(REPO, 'vae/x.bin', bytesOf(1, 2_500_000));
const always = (fault: Fault) => ({ ...calm, fault: () => fault });

describe('a hub that works', () => {
  test('gives size, hash and commit on its redirect; the file is pinned and found again', async () => {
    const hub = await hubWith({ files: [file] });
    const folder = scratch();
    const first = await pullFrom(hub, folder, [wantedOf(file)]);
    expect(first.files[0]).toMatchObject({ state: 'done', bytes: file.size, sha256: file.sha256 });
    expect(readFileSync(join(folder, file.path)).equals(file.read(0, file.size))).toBe(true);
    expect(filesIn(folder)).toEqual(['models.lock.json', 'vae/x.bin']);
    const lock = JSON.parse(readFileSync(join(folder, 'models.lock.json'), 'utf8'));
    expect(lock.files['vae/x.bin']).toMatchObject({ commit: COMMIT, sha256: file.sha256 });
    const asked = hub.requests.length;
    const second = await pullFrom(hub, folder, [wantedOf(file)]);
    expect(second.files[0]?.state).toBe('present');
    expect(hub.requests.length).toBe(asked);
  });

  test('is asked for parts on several connections, within the limit of one host', async () => {
    const hub = await hubWith({ files: [file], bytesPerSecond: 2_000_000 });
    await pullFrom(hub, scratch(), [wantedOf(file)], { limits: { perHost: 3 } });
    expect(hub.mostAtOnce()).toBe(3);
  });

  test('events are those of the contract, at most four progress events a second', async () => {
    const hub = await hubWith({ files: [file], bytesPerSecond: 400_000 });
    const report = await pullFrom(hub, scratch(), [wantedOf(file)]);
    for (const event of report.events) eventBodySchemas.model.parse(event);
    const states = report.events.map((event) => event.type === 'model' && event.state);
    expect([...new Set(states)]).toEqual([
      'waiting',
      'resolving',
      'downloading',
      'verifying',
      'done',
    ]);
    expect(states.filter((state) => state === 'downloading').length).toBeLessThanOrEqual(6);
  });

  test('a rate limit holds for all connections together', async () => {
    const hub = await hubWith({ files: [file] });
    const started = performance.now();
    await pullFrom(hub, scratch(), [wantedOf(file)], {
      limits: { bytesPerSecond: 2_500_000 },
    });
    expect(performance.now() - started).toBeGreaterThan(700);
  });

  test('a small file that is not in large file storage comes from the hub itself', async () => {
    const small = { ...hubFile(REPO, 'config.json', Buffer.from('{"a":1}')), lfs: false };
    const hub = await hubWith({ files: [small] });
    const report = await pullFrom(hub, scratch(), [wantedOf(small)]);
    expect(report.files[0]).toMatchObject({ state: 'done', bytes: 7 });
  });

  test('an empty file is a file', async () => {
    const empty = hubFile(REPO, 'empty.bin', Buffer.alloc(0));
    const hub = await hubWith({ files: [empty], direct: true });
    const folder = scratch();
    const report = await pullFrom(hub, folder, [wantedOf(empty)]);
    expect(report.files[0]).toMatchObject({ state: 'done', bytes: 0 });
  });

  test('a GGUF file is found by listing the repository, page by page', async () => {
    const name = (q: string) => `Wan21_I2V_SteadyDancer_fp16-${q}_fix_5d_tensor.gguf`;
    const files = ['Q5_K_M', 'Q6_K', 'Q8_0', 'Q4_K_M'].map((q, n) =>
      hubFile(
        'MCG-NJU/SteadyDancer-GGUF',
        name(q),
        Buffer.concat([Buffer.from('GGUF'), bytesOf(n, 1000)]),
      ),
    );
    const hub = await hubWith({ files });
    const q4 = files[3];
    if (!q4) throw new Error('no file');
    const origin = {
      kind: 'hub' as const,
      repo: q4.repo,
      revision: 'main',
      path: 'guessed.gguf',
      match: 'Q4_K_M',
    };
    const report = await pullFrom(hub, scratch(), [wantedOf(q4, { origin, file: 'q4.gguf' })]);
    expect(report.files[0]).toMatchObject({ state: 'done', sha256: q4.sha256 });
  });
});

describe('a hub that does not', () => {
  test.each([
    ['a sign-in page', always({ kind: 'html' }), 'models-html-page'],
    ['a circle of redirects', always({ kind: 'loop' }), 'models-redirect-loop'],
    ['an answer that is repacked', always({ kind: 'gzip' }), 'models-encoded-answer'],
    ['silence', always({ kind: 'stalled', at: 0 }), 'models-stalled'],
    ['no answer at all', always({ kind: 'reset' }), 'models-network'],
    ['other bytes', { ...calm, permanent: { kind: 'corrupt' as const } }, 'models-hash-mismatch'],
    ['ever new ranges', always({ kind: 'wrong-range' }), 'models-wrong-range'],
  ])('%s has a name, and nothing gets the final one', async (_what, schedule, code) => {
    const hub = await hubWith({ files: [file], schedule });
    const folder = scratch();
    const report = await pullFrom(hub, folder, [wantedOf(file)], {
      limits: { patience: 4, stallMs: code === 'models-stalled' ? 60 : 10_000 },
    });
    expect(report.failure?.code).toBe(code);
    expect(existsSync(join(folder, file.path))).toBe(false);
    expect(existsSync(join(folder, `${file.path}.part`))).toBe(true);
  });

  test('without ranges one connection reads the whole file, once', async () => {
    const hub = await hubWith({
      files: [file],
      schedule: { ...calm, permanent: { kind: 'no-ranges' } },
    });
    const folder = scratch();
    expect((await pullFrom(hub, folder, [wantedOf(file)])).failure).toBeNull();
    expect(sha256(join(folder, file.path))).toBe(file.sha256);
  });

  test('signed addresses that expire are asked for again', async () => {
    const hub = await hubWith({ files: [file], schedule: { ...calm, signedUses: 2 } });
    expect((await pullFrom(hub, scratch(), [wantedOf(file)])).failure).toBeNull();
    expect(hub.requests.filter(({ server }) => server === 'hub').length).toBeGreaterThan(3);
  });

  test('429 halves the connections and waits as long as it says', async () => {
    let refused = 0;
    const schedule = {
      ...calm,
      fault: (n: number): Fault | null => {
        if (n < 1 || refused >= 2) return null;
        refused += 1;
        return { kind: 'status', status: 429, retryAfter: '1' };
      },
    };
    const hub = await hubWith({ files: [file], schedule });
    const started = performance.now();
    expect((await pullFrom(hub, scratch(), [wantedOf(file)])).failure).toBeNull();
    expect(performance.now() - started).toBeGreaterThan(990);
  });

  test('a file that was replaced since it was pinned is refused by name', async () => {
    const hub = await hubWith({ files: [file] });
    const wanted = wantedOf(file, { sha256: 'e'.repeat(64) });
    const report = await pullFrom(hub, scratch(), [wanted]);
    expect(report.failure?.code).toBe('models-changed');
  });

  test('one file that is not there does not keep the others from coming', async () => {
    const hub = await hubWith({ files: [file] });
    const gone = wantedOf({ ...file, path: 'gone.bin' });
    const report = await pullFrom(hub, scratch(), [gone, wantedOf(file)]);
    expect(report.files.map(({ state }) => state)).toEqual(['failed', 'done']);
    expect(report.failure?.code).toBe('models-not-found');
  });
});

describe('the token', () => {
  const token = { HF_TOKEN: 'hf_secret' };
  test('a mirror that asks for it does not get it unasked', async () => {
    const hub = await hubWith({ files: [file], wantsToken: 'hf_secret' });
    const refused = await pullFrom(hub, scratch(), [wantedOf(file)], { env: token });
    expect(refused.failure?.code).toBe('models-mirror-asks-token');
    expect(hub.requests.every(({ authorization }) => authorization === null)).toBe(true);
  });
  test('asked for, it goes to the mirror and is dropped on the way to the storage', async () => {
    const hub = await hubWith({ files: [file], wantsToken: 'hf_secret' });
    const report = await pullFrom(hub, scratch(), [wantedOf(file)], {
      access: { endpoint: hub.url, token: 'hf_secret', tokenToMirror: true },
    });
    expect(report.failure).toBeNull();
    for (const { server, authorization } of hub.requests) {
      expect(authorization).toBe(server === 'hub' ? 'Bearer hf_secret' : null);
    }
    expect(JSON.stringify(report)).not.toContain('hf_secret');
  });
});

describe('what is there already', () => {
  test('a file of the same name with other bytes is not touched, unless asked', async () => {
    const hub = await hubWith({ files: [file] });
    const folder = scratch();
    await pullFrom(hub, folder, [wantedOf(file)]);
    appendFileSync(join(folder, file.path), 'x');
    const before = sha256(join(folder, file.path));
    const refused = await pullFrom(hub, folder, [wantedOf(file)]);
    expect(refused.failure?.code).toBe('models-other-file');
    expect(sha256(join(folder, file.path))).toBe(before);
    const replaced = await pullFrom(hub, folder, [wantedOf(file)], { replace: true });
    expect(replaced.failure).toBeNull();
    expect(sha256(join(folder, file.path))).toBe(file.sha256);
  });

  test('a model elsewhere on the same filesystem is reused without a byte from the network', async () => {
    const hub = await hubWith({ files: [file] });
    const comfy = scratch();
    writeFileSync(join(comfy, 'renamed.safetensors'), file.read(0, file.size));
    writeFileSync(join(comfy, 'same-size.bin'), bytesOf(5, file.size));
    const folder = scratch();
    const report = await pullFrom(hub, folder, [wantedOf(file)], { reuseFrom: [comfy] });
    expect(report.files[0]).toMatchObject({ state: 'reused', mount: null });
    expect(sha256(join(folder, file.path))).toBe(file.sha256);
    expect(hub.sentBytes()).toBe(0);
  });

  test('the cache of the hub keeps links to blobs: the blob is what is reused', async () => {
    const hub = await hubWith({ files: [file] });
    const cache = scratch();
    writeFileSync(join(cache, file.sha256), file.read(0, file.size));
    symlinkSync(file.sha256, join(cache, 'x.bin'));
    const report = await pullFrom(hub, scratch(), [wantedOf(file)], { reuseFrom: [cache] });
    expect(report.files[0]?.state).toBe('reused');
  });
});

describe('from outside', () => {
  test('a pause gives up the connections, resuming goes on from there', async () => {
    const hub = await hubWith({ files: [file], bytesPerSecond: 300_000 });
    const valve = new Valve();
    let paused = false;
    const events: string[] = [];
    const pulling = pullFrom(hub, scratch(), [wantedOf(file)], {
      valve,
      emit: (event) => {
        if (event.type !== 'model') return;
        events.push(event.state);
        if (event.state === 'downloading' && event.bytes > 0 && !paused) {
          paused = true;
          valve.pause();
        }
        if (event.state === 'paused') setTimeout(() => valve.resume(), 20);
      },
    });
    expect((await pulling).failure).toBeNull();
    expect(events.indexOf('paused')).toBeGreaterThan(0);
    expect(events.lastIndexOf('downloading')).toBeGreaterThan(events.indexOf('paused'));
    expect(hub.sentBytes()).toBeLessThan(file.size * 1.5);
  });

  test('a stop ends at once with its reason, and keeps what came', async () => {
    const hub = await hubWith({ files: [file], bytesPerSecond: 200_000 });
    const folder = scratch();
    const stop = new AbortController();
    const reason = new Error('enough');
    const pulling = pullFrom(hub, folder, [wantedOf(file)], {
      signal: stop.signal,
      emit: (event) => {
        if (event.type === 'model' && event.state === 'downloading' && event.bytes > 0)
          stop.abort(reason);
      },
    });
    await expect(pulling).rejects.toBe(reason);
    expect(filesIn(folder)).toEqual(['vae/x.bin.part', 'vae/x.bin.part.state']);
  });
});
