import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type Fetch, observeNetwork } from '../../../src/machine/network.ts';
import {
  lastWheelOf,
  listedTargets,
  type NetworkTarget,
} from '../../../src/machine/network-targets.ts';
import { systemProcesses } from '../../../src/ports/processes.ts';
import { closed } from './fakes.ts';

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await closed(server);
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const target = (probe: string, more: Partial<NetworkTarget> = {}): NetworkTarget => ({
  kind: 'hub',
  name: 'Hub',
  origin: true,
  value: 'https://hub.example',
  probe,
  source: 'test',
  ...more,
});

const base = {
  env: { PATH: '' },
  processes: systemProcesses,
  fetch: fetch as Fetch,
  token: null,
  measureMs: 200,
};

describe('what a place gives', () => {
  it('is counted in bytes of a ranged GET that is cut off', async () => {
    const ranges: (string | undefined)[] = [];
    const url = await serve((request, response) => {
      ranges.push(request.headers.range);
      response.writeHead(206);
      const piece = Buffer.alloc(64 * 1024);
      const send = () => {
        while (!response.destroyed && response.write(piece));
      };
      response.on('drain', send);
      send();
    });
    const { measured } = await observeNetwork({ ...base, targets: [target(url)] });
    expect(ranges).toEqual(['bytes=0-199999999']);
    expect(measured[0]?.bytesPerSecond).toBeGreaterThan(100_000);
    expect(measured[0]?.problem).toBeNull();
  });

  it('is a problem, not a figure, where nothing comes after the head', async () => {
    const url = await serve((_request, response) => {
      response.writeHead(206);
      response.flushHeaders();
    });
    const { measured } = await observeNetwork({ ...base, targets: [target(url)] });
    expect(measured[0]).toMatchObject({ bytesPerSecond: null, problem: 'no byte came' });
  });

  it.each([
    ['HTTP 403', (async () => serve((_q, s) => s.writeHead(403).end())) as () => Promise<string>],
    ['ECONNREFUSED', async () => 'http://127.0.0.1:1'],
  ])('%s', async (problem, address) => {
    const targets = [target(await address())];
    // Port 1 is refused by fetch itself; a port that was closed is refused by the system.
    const { measured } = await observeNetwork({ ...base, targets });
    expect([problem, 'bad port']).toContain(measured[0]?.problem);
    expect(measured[0]?.bytesPerSecond).toBeNull();
  });

  it('of a registry is how soon it answers, with 401 as well', async () => {
    const url = await serve((_request, response) => response.writeHead(401).end());
    const { measured } = await observeNetwork({
      ...base,
      targets: [target(url, { answers: true })],
    });
    expect(measured[0]).toMatchObject({ bytesPerSecond: null, problem: null });
    expect(measured[0]?.answerMs).toBeGreaterThanOrEqual(0);
  });

  it('of a mirror is measured only when asked for', async () => {
    const targets = [target('http://127.0.0.1:1', { origin: false })];
    expect((await observeNetwork({ ...base, targets })).measured).toEqual([]);
    expect((await observeNetwork({ ...base, targets, mirrors: true })).measured).toHaveLength(1);
  });

  it('of pip’s index is that of a wheel from one of its pages', async () => {
    const asked: string[] = [];
    const url = await serve((request, response) => {
      asked.push(request.url ?? '');
      if (request.url?.endsWith('/numpy/')) {
        response.end(
          '<a href="../files/numpy-1.whl#sha256=0">1</a><a href="../files/numpy-2.whl">2</a>',
        );
      } else response.end(Buffer.alloc(100_000));
    });
    const env = { PATH: '', PIP_INDEX_URL: `${url}/simple/` };
    const { measured } = await observeNetwork({ ...base, env, targets: [] });
    expect(asked).toEqual(['/simple/numpy/', '/simple/files/numpy-2.whl']);
    expect(measured[0]).toMatchObject({ kind: 'pip', problem: null });
  });
});

describe('the token', () => {
  const answering =
    (status: number, body: object): Fetch =>
    async () =>
      new Response(JSON.stringify(body), { status });

  it.each([
    [200, { name: 'mia' }, { state: 'accepted', name: 'mia' }],
    [401, {}, { state: 'refused', why: 'HTTP 401' }],
    [503, {}, { state: 'unknown', why: 'HTTP 503' }],
  ])('HTTP %d', async (status, body, expected) => {
    const asked = { ...base, fetch: answering(status, body), token: 'hf_x', targets: [] };
    expect((await observeNetwork(asked)).token).toEqual(expected);
  });

  it('goes to the hub’s own host and nowhere else', async () => {
    const sent: [string, boolean][] = [];
    const fetch: Fetch = async (url, init) => {
      sent.push([new URL(url).origin, new Headers(init.headers).has('authorization')]);
      return new Response('{}');
    };
    await observeNetwork({
      ...base,
      fetch,
      token: 'hf_x',
      mirrors: true,
      targets: listedTargets().targets,
    });
    expect(sent.filter(([, token]) => token)).toEqual([['https://huggingface.co', true]]);
    expect(sent.length).toBeGreaterThan(5);
  });
});

it('finds the last wheel of a simple page', () => {
  const page = '<a href="/f/a-1.whl#x">a</a> <a href="/f/b.tar.gz">b</a>';
  expect(lastWheelOf(page, 'https://mirror.example/simple/a/')).toBe(
    'https://mirror.example/f/a-1.whl',
  );
  expect(lastWheelOf('', 'https://mirror.example/')).toBeNull();
});
