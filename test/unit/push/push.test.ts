import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Failure } from '../../../src/contract/failure.ts';
import type { Ended, RunOptions } from '../../../src/ports/processes.ts';
import { registryLogin } from '../../../src/push/credentials.ts';
import { parseImageName } from '../../../src/push/image-name.ts';
import { pushFailure } from '../../../src/push/push-failure.ts';
import { type LayerNews, readPushStream } from '../../../src/push/push-stream.ts';
import { checkLimits, pushCost } from '../../../src/push/registry-limits.ts';

const GB = 1e9;
const DIGEST = `sha256:${'a'.repeat(64)}`;

describe('the stream of a push', () => {
  const read = async (lines: string[]) => {
    const news: LayerNews[] = [];
    const stream = Readable.from([Buffer.from(lines.join('\r\n'))]);
    const end = await readPushStream(stream, (one) => news.push(one), new AbortController().signal);
    return { end, news };
  };

  it('is done by its digest; what is sent can exceed the total', async () => {
    const { end, news } = await read([
      '{"status":"The push refers to repository [h/r]"}',
      '{"status":"Pushing","progressDetail":{"current":7,"total":5},"progress":"[=>]","id":"0123456789ab"}',
      `{"status":"1: digest: ${DIGEST} size: 527"}`,
      `{"progressDetail":{},"aux":{"Tag":"1","Digest":"${DIGEST}","Size":527}}`,
    ]);
    expect(end).toEqual({ digest: DIGEST, error: null });
    expect(news).toEqual([{ layer: '0123456789ab', status: 'Pushing', current: 7, total: 7 }]);
  });

  it.each([
    ['{"errorDetail":{"message":"denied"},"error":"old words"}', 'denied'],
    ['{"error":"only the old field"}', 'only the old field'],
    ['{"status":"Waiting","id":"a"}', 'the engine named no digest'],
  ])('%s is a failure though the answer was 200', async (line, error) => {
    expect((await read([line])).end.error).toBe(error);
  });
});

describe('what a registry answers', () => {
  // Measured: Engine 20.10.24 with registry 2.8.3 (facts runpod §9).
  it.each([
    ['no basic auth credentials', false, 'push-no-login'],
    ['unauthorized: authentication required', true, 'push-denied'],
    ['denied: requested access to the resource is denied', true, 'push-denied'],
    ['An image does not exist locally with the tag: h/x', false, 'push-tag-missing'],
    ['tag does not exist: h/x', false, 'push-tag-missing'],
    [
      'Get "http://h/v2/": dial tcp 127.0.0.1:1: connect: connection refused',
      false,
      'registry-unreachable',
    ],
    ['blob upload unknown', true, 'push-layer-too-large'],
    [
      'Get "https://h/v2/": http: server gave HTTP response to HTTPS client',
      false,
      'registry-not-https',
    ],
    ['something new', true, 'push-refused'],
  ])('%s', (proof, loggedIn, code) => {
    const failure = pushFailure(parseImageName('h.example/r/x:1'), proof, loggedIn);
    expect(failure.code).toBe(code);
    expect(failure.details).toMatchObject({ proof, phase: 'push' });
  });
});

it('names are read as the docker command reads them', () => {
  expect(parseImageName('me/sd:1')).toMatchObject({ host: 'docker.io', repository: 'me/sd' });
  expect(parseImageName('localhost:5000/sd:1')).toMatchObject({ host: 'localhost:5000', tag: '1' });
  expect(parseImageName('ghcr.io/me/a/b:x_1.2')).toMatchObject({ repository: 'ghcr.io/me/a/b' });
  for (const wrong of [
    'sd',
    'sd:1',
    'me/sd',
    'ghcr.io/Me/sd:1',
    'me/sd:',
    'me//sd:1',
    'me/sd:1:2',
  ]) {
    expect(() => parseImageName(wrong), wrong).toThrow(/REGISTRY\/NAME|ACCOUNT\/NAME/);
  }
});

it("a layer over GitHub's limit is not sent, a slow one is a warning, others have no limit known", () => {
  const small = pushCost([2 * GB, 0, 1 * GB]);
  expect(small).toMatchObject({ bytes: 3 * GB, largestLayerBytes: 2 * GB, layers: 2 });
  expect(checkLimits('ghcr.io', small)[0]).toContain('27 Mbit/s');
  expect(checkLimits('ghcr.io', pushCost([0.5 * GB]))).toEqual([]);
  const large = pushCost([17 * GB]);
  expect(() => checkLimits('ghcr.io', large)).toThrow(Failure);
  expect(() => checkLimits('ghcr.io', large)).toThrow(/17\.0 GB.*10\.0 GB/);
  expect(checkLimits('ghcr.io', large, { anyway: true })).toHaveLength(1);
  expect(checkLimits('registry.example', large)).toEqual([]);
});

describe("Docker's logins", () => {
  let home: string;
  const asked: { file: string; args: readonly string[]; input: string | undefined }[] = [];
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'sd-login-'));
    asked.length = 0;
  });
  afterEach(() => rmSync(home, { recursive: true }));

  const login = (host: string, config: unknown, answer: Partial<Ended> = {}) => {
    writeFileSync(join(home, 'config.json'), JSON.stringify(config));
    const processes = {
      run: async (file: string, args: readonly string[], { input }: RunOptions = {}) => {
        asked.push({ file, args, input });
        return { exitCode: 0, stdout: '', stderr: '', timedOut: false, ...answer };
      },
    };
    return registryLogin(host, { env: { DOCKER_CONFIG: home }, home, processes });
  };
  const auth = Buffer.from('me:a:b').toString('base64');

  it('a password may have a colon; the entry of Docker Hub has its old name', async () => {
    const auths = { 'https://index.docker.io/v1/': { auth }, 'https://r.example/v1/': { auth } };
    const password = { username: 'me', password: 'a:b' };
    expect(await login('docker.io', { auths })).toMatchObject(password);
    expect(await login('r.example', { auths })).toMatchObject(password);
    expect(await login('other.example', { auths })).toBeNull();
    expect(await login('r.example', { auths: { 'r.example': { identitytoken: 't' } } })).toEqual({
      identitytoken: 't',
      serveraddress: 'r.example',
    });
  });

  it("a registry's own program comes before the store of all; its token is one", async () => {
    const config = { credHelpers: { 'r.example': 'one' }, credsStore: 'all' };
    const stdout = '{"ServerURL":"r.example","Username":"<token>","Secret":"t"}';
    expect(await login('r.example', config, { stdout })).toEqual({
      identitytoken: 't',
      serveraddress: 'r.example',
    });
    expect(asked).toEqual([{ file: 'docker-credential-one', args: ['get'], input: 'r.example' }]);
    const none = { exitCode: 1, stdout: 'credentials not found in native keychain\n' };
    expect(await login('docker.io', config, none)).toBeNull();
    expect(asked.at(-1)).toMatchObject({
      file: 'docker-credential-all',
      input: 'https://index.docker.io/v1/',
    });
  });

  it('what a program printed is never a proof: a secret may stand there', async () => {
    const stdout = '{"Username":"me","Secret":"hunter2"';
    const wrong = login('r.example', { credsStore: 'x' }, { stdout, exitCode: 3 });
    await expect(wrong).rejects.toMatchObject({ code: 'registry-credential-program' });
    await expect(wrong).rejects.not.toMatchObject({
      details: { proof: expect.stringContaining('hunter2') },
    });
    writeFileSync(join(home, 'config.json'), '{"auths": "hunter2');
    const broken = registryLogin('r', {
      ...{ env: { DOCKER_CONFIG: home }, home },
      processes: { run: () => Promise.reject(new Error('not asked')) },
    });
    await expect(broken).rejects.toMatchObject({ code: 'registry-config-unreadable' });
    await expect(broken).rejects.not.toThrow(/hunter2/);
  });
});
