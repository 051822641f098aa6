import { MockAgent } from 'undici';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { HUB, hubAccess } from '../../../src/models/hub-access.ts';
import { resolveModel } from '../../../src/models/resolve.ts';
import type { WantedModel } from '../../../src/models/types.ts';

const sha256 = 'ab'.repeat(32);
const wanted: WantedModel = {
  ...{ id: 'x', file: 'vae/x.bin', bytes: null, sha256: null },
  origin: { kind: 'hub', repo: 'a/b', revision: 'main', path: 'x.bin' },
};
const path = '/a/b/resolve/main/x.bin';
const linked = { 'x-linked-size': '1000', 'x-linked-etag': `"${sha256}"`, 'x-repo-commit': 'c' };
let web: MockAgent;
beforeEach(() => {
  web = new MockAgent();
  web.disableNetConnect();
});
afterEach(() => web.close());

/** What a host says to one request; gives the Authorization that it was sent. */
function says(origin: string, at: string, status: number, headers: Record<string, string>) {
  const seen: { authorization: string | undefined } = { authorization: undefined };
  web
    .get(origin)
    .intercept({ path: at, method: 'GET' })
    .reply((asked) => {
      seen.authorization = (asked.headers as Record<string, string>).authorization;
      return { statusCode: status, data: '', responseOptions: { headers } };
    });
  return seen;
}

const access = hubAccess({ HOME: '/nonexistent', HF_TOKEN: 'hf_secret' });
const resolve = (one = wanted) =>
  resolveModel(one, access, web, 5_000, new AbortController().signal);

test('the hub’s own redirect tells all; it gets the token and nobody else is asked', async () => {
  const hub = says(HUB, path, 302, { ...linked, location: 'https://cdn.example/x?Signature=1' });
  expect(await resolve()).toEqual({
    kind: 'resolved',
    model: {
      url: `${HUB}${path}`,
      location: 'https://cdn.example/x?Signature=1',
      ...{ bytes: 1000, sha256, commit: 'c', etag: `"${sha256}"` },
    },
  });
  expect(hub.authorization).toBe('Bearer hf_secret');
});

test.each([301, 302, 303, 307, 308])(
  'a redirect %i to another host is followed, without the token',
  async (status) => {
    const hub = says(HUB, path, status, { location: 'https://cdn.example/x' });
    const cdn = says('https://cdn.example', '/x', 206, { 'content-range': 'bytes 0-0/77' });
    const found = await resolve();
    expect(found).toMatchObject({ kind: 'resolved', model: { bytes: 77, sha256: null } });
    expect(hub.authorization).toBe('Bearer hf_secret');
    expect(cdn.authorization).toBeUndefined();
  },
);

test('a relative redirect stays at the hub, as a repository that was renamed does', async () => {
  says(HUB, path, 307, { location: '/new/name/resolve/main/x.bin' });
  says(HUB, '/new/name/resolve/main/x.bin', 302, { ...linked, location: 'https://cdn.example/x' });
  expect(await resolve()).toMatchObject({ kind: 'resolved', model: { bytes: 1000 } });
});

test('from https to an address without encryption is refused', async () => {
  says(HUB, path, 302, { ...linked, location: 'http://cdn.example/x' });
  expect(await resolve()).toMatchObject({
    kind: 'stop',
    failure: { code: 'models-insecure-redirect' },
  });
});

test('a source that does not say the size is named, unless the manifest knows it', async () => {
  says(HUB, path, 206, { 'content-range': 'bytes 0-0/*' });
  expect(await resolve()).toMatchObject({ kind: 'stop', failure: { code: 'models-size-unknown' } });
  says(HUB, path, 206, { 'content-range': 'bytes 0-0/*' });
  expect(await resolve({ ...wanted, bytes: 42 })).toMatchObject({ model: { bytes: 42 } });
});

test('a file with another size or hash than the manifest’s is not the one that is pinned', async () => {
  for (const pinned of [{ bytes: 999 }, { sha256: 'cd'.repeat(32) }]) {
    says(HUB, path, 302, { ...linked, location: 'https://cdn.example/x' });
    expect(await resolve({ ...wanted, ...pinned })).toMatchObject({
      kind: 'resolve',
      changed: true,
      failure: { code: 'models-changed' },
    });
  }
});
