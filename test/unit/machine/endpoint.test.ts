import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectDocker, olderApi, resolveEndpoint } from '../../../src/ports/docker.ts';
import { systemProcesses } from '../../../src/ports/processes.ts';
import { closed, fakeFile, recordedVersion, scratch } from './fakes.ts';

let dir: string;
let remove: () => Promise<void>;
beforeEach(async () => {
  ({ dir, remove } = await scratch());
});
afterEach(() => remove());

describe('where the engine is', () => {
  it.each([
    ['unix:///run/x.sock', { url: 'unix:///run/x.sock', remote: false, problem: null }],
    ['tcp://10.0.0.7:2375', { url: 'tcp://10.0.0.7:2375', remote: true, problem: null }],
    ['tcp://127.0.0.1:2375', { remote: false, problem: null }],
    ['gpu-box:2375', { url: 'tcp://gpu-box:2375', remote: true }],
    ['ssh://mia@gpu-box', { remote: true, problem: null }],
    ['npipe:////./pipe/docker_engine', { remote: false, problem: null }],
    ['bogus://x', { problem: 'no engine can be reached at "bogus://x"' }],
  ])('DOCKER_HOST=%s', async (host, expected) => {
    expect(await resolveEndpoint({ DOCKER_HOST: host }, dir)).toMatchObject(expected);
  });

  it('DOCKER_CONTEXT wins over currentContext; default means no context', async () => {
    await fakeFile(dir, '.docker/config.json', '{"currentContext":"nosuch"}');
    expect((await resolveEndpoint({}, dir)).problem).toBe('there is no context "nosuch"');
    expect((await resolveEndpoint({ DOCKER_CONTEXT: 'default' }, dir)).source).toBe('socket');
  });

  it('a broken config.json is none', async () => {
    await fakeFile(dir, '.docker/config.json', '{');
    expect((await resolveEndpoint({}, dir)).source).toBe('socket');
  });

  it('on Windows it is a pipe', async () => {
    expect((await resolveEndpoint({}, dir, 'win32')).url).toBe('npipe:////./pipe/docker_engine');
  });

  it('TLS that is asked for and not there is said', async () => {
    const env = {
      DOCKER_HOST: 'tcp://gpu-box:2376',
      DOCKER_TLS_VERIFY: '1',
      DOCKER_CERT_PATH: dir,
    };
    expect((await resolveEndpoint(env, dir)).problem).toBe(`no ca.pem in ${dir}`);
  });
});

it('a TLS engine is reached with the certificates of its context, and not without', async () => {
  const made = await systemProcesses.run('openssl', [
    ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=127.0.0.1'],
    ...['-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', join(dir, 'key.pem')],
    ...['-out', join(dir, 'ca.pem')],
  ]);
  expect(made.exitCode).toBe(0);
  const pem = {
    ca: await readFile(join(dir, 'ca.pem'), 'utf8'),
    key: await readFile(join(dir, 'key.pem'), 'utf8'),
  };
  const server = createServer(
    { cert: pem.ca, key: pem.key, ca: pem.ca, requestCert: true, rejectUnauthorized: true },
    (_request, response) => response.end(JSON.stringify(recordedVersion)),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const id = createHash('sha256').update('box').digest('hex');
  const meta = JSON.stringify({ Endpoints: { docker: { Host: url } } });
  await fakeFile(dir, `.docker/contexts/meta/${id}/meta.json`, meta);
  for (const [name, text] of [
    ['ca', pem.ca],
    ['cert', pem.ca],
    ['key', pem.key],
  ] as const) {
    await fakeFile(dir, `.docker/contexts/tls/${id}/docker/${name}.pem`, text);
  }
  const endpoint = await resolveEndpoint({ DOCKER_CONTEXT: 'box' }, dir);
  const docker = await connectDocker(endpoint);
  expect((docker.modem as { version?: string }).version).toBe('v1.41');
  await expect(connectDocker({ ...endpoint, tls: null })).rejects.toThrow();
  await closed(server as never);
});

it('the lower API version is taken, in either order', () => {
  expect(olderApi('1.9', '1.51')).toBe('1.9');
  expect(olderApi('2.0', '1.51')).toBe('1.51');
  const version = fc.tuple(fc.nat(3), fc.nat(99)).map(([major, minor]) => `${major}.${minor}`);
  fc.assert(fc.property(version, version, (a, b) => olderApi(a, b) === olderApi(b, a)));
});
