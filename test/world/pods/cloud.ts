// A stand-in for Runpod's API v2: strict bodies, one GPU type a call, problem+json, pods that run
// what they are given, with the ways in which it goes wrong. Facts: runpod/docs, openapi of v2.
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { z } from 'zod';
import { createPodBody, createTemplateBody, createVolumeBody, GPUS } from './bodies.ts';
import { type PodProxy, startPodProxy } from './proxy.ts';

export const KEY = 'rpa_stand0in0key0for0tests';

/** What goes wrong; a test may change it at any time. */
export interface Faults {
  /** GPU ids that are not free. */
  noCapacity?: string[] | 'all';
  noMoney?: boolean;
  /** GPU ids of a pool that the key may not use. */
  notAllowed?: string[];
  /** So many answers are 429, `Retry-After: 1`. */
  rateLimited?: number;
  gone?: boolean;
  /** Creates it, and cuts the connection instead of answering. */
  createUnanswered?: boolean;
  /** The container ends as soon as it starts, again and again. */
  crashLoop?: boolean;
  /** What the system log says instead of starting it. */
  neverStarts?: string;
  /** The pod disappears when the proxy has passed on so many requests. */
  lostAfter?: number;
  /** DELETE answers 500. */
  staysForEver?: boolean;
  pullMs?: number;
  /** USD an hour instead of the catalogue's. */
  price?: number;
}

export interface Runs {
  url: string;
  stop(): Promise<void>;
}

export interface Pod {
  id: string;
  body: z.infer<typeof createPodBody>;
  status: string;
  log: { ts: string; source: string; line: string }[];
  upstream: Runs | null;
  cost: number;
}

export interface CloudOptions {
  faults?: Faults;
  /** Starts what the pod's container is. */
  run(body: Pod['body']): Promise<Runs>;
  /** 100 s on the real proxy. */
  proxyLimitMs?: number;
}

export interface Cloud {
  /** For the program: API, proxy and key. */
  env: Record<string, string>;
  faults: Faults;
  /** Ids of the pods that cost money now, as Runpod would bill them. */
  running(): string[];
  pods: Map<string, Pod>;
  /** All that were ever made. */
  created: Pod['body'][];
  volumes: { id: string; size: number; dataCenter: string; name: string }[];
  templates: z.infer<typeof createTemplateBody>[];
  calls: string[];
  proxy: PodProxy;
  close(): Promise<void>;
}

export async function startCloud(options: CloudOptions): Promise<Cloud> {
  const faults = options.faults ?? {};
  const pods = new Map<string, Pod>();
  const created: Pod['body'][] = [];
  const volumes: Cloud['volumes'] = [];
  const templates: Cloud['templates'] = [];
  const calls: string[] = [];
  const end = (pod: Pod) => {
    pods.delete(pod.id);
    return pod.upstream?.stop();
  };
  const proxy = await startPodProxy({
    limitMs: options.proxyLimitMs ?? 100_000,
    upstream: (id) => pods.get(id)?.upstream?.url ?? null,
    passed: (id, count) => {
      const pod = pods.get(id);
      if (pod && faults.lostAfter !== undefined && count >= faults.lostAfter) void end(pod);
    },
  });

  const server = createServer((request, response) => {
    void bodyOf(request).then((text) => answer(request, response, text));
  });
  async function answer(request: IncomingMessage, response: ServerResponse, text: string) {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://x');
    const path = pathname.replace(/^\/v2/, '');
    calls.push(`${request.method} ${path}`);
    const json = (status: number, body: unknown, headers: Record<string, string> = {}) => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(status === 204 ? undefined : JSON.stringify(body));
    };
    const problem = (status: number, detail: string, extra: object = {}, headers = {}) =>
      json(status, { title: 'Problem', status, detail, ...extra }, headers);
    if (faults.gone) return problem(410, 'Gone');
    if (request.headers.authorization !== `Bearer ${KEY}`)
      return problem(401, 'missing bearer token');
    if (faults.rateLimited) {
      faults.rateLimited -= 1;
      return problem(429, 'rate limit exceeded for the minute window', {}, { 'retry-after': '1' });
    }
    const strict = <T extends z.ZodType>(schema: T): z.output<T> | null => {
      const parsed = schema.safeParse(JSON.parse(text));
      if (parsed.success) return parsed.data;
      const errors = parsed.error.issues.map(({ message }) => `$: ${message}`);
      problem(422, 'Request validation failed.', { errors });
      return null;
    };
    if (path === '/catalog/gpus') {
      if (!searchParams.has('product')) return problem(400, 'product is mandatory with include');
      return json(200, { gpus: GPUS });
    }
    if (path === '/pods' && request.method === 'GET') {
      return json(200, { pods: [...pods.values()].map(shown), nextCursor: null });
    }
    if (path === '/pods') {
      const body = strict(createPodBody);
      if (!body) return;
      const refused = refusalOf(body, faults, volumes);
      if (refused) return problem(...refused);
      const pod = makePod(body, faults);
      pods.set(pod.id, pod);
      created.push(body);
      void live(pod);
      if (faults.createUnanswered) return request.socket.destroy();
      return json(201, shown(pod));
    }
    if (path === '/network-volumes') {
      const body = strict(createVolumeBody);
      if (!body) return;
      const volume = { id: `vol${volumes.length + 1}`, ...body };
      volumes.push(volume);
      return json(201, volume);
    }
    if (path.startsWith('/network-volumes/')) {
      const found = volumes.find(({ id }) => path.endsWith(`/${id}`));
      return found ? json(200, found) : problem(404, 'resource not found');
    }
    if (path === '/templates') {
      const body = strict(createTemplateBody);
      if (!body) return;
      templates.push(body);
      return json(201, { id: `tpl${templates.length}`, ...body });
    }
    const [, , id = '', part] = path.split('/');
    const pod = pods.get(id);
    if (!pod) return problem(404, 'resource not found');
    if (part === 'logs') return stream(pod, searchParams.get('source') ?? '', response);
    if (request.method === 'DELETE') {
      if (faults.staysForEver) return problem(500, 'Something went wrong.');
      await end(pod);
      return json(204, null);
    }
    return json(200, shown(pod));
  }

  /** RUNNING while it still pulls, as seen at Runpod. */
  async function live(pod: Pod): Promise<void> {
    const say = (line: string) =>
      void pod.log.push({ ts: new Date().toISOString(), source: 'system', line });
    const alive = () => pods.has(pod.id);
    pod.status = 'RUNNING';
    say(`create container ${pod.body.image}`);
    const until = Date.now() + (faults.pullMs ?? 0);
    do {
      say(`0123456789ab Downloading [==>   ] ${Math.max(0, until - Date.now())}B/5.689GB`);
      await pause(50);
    } while (Date.now() < until && alive());
    if (faults.neverStarts) {
      while (alive()) {
        say(faults.neverStarts);
        await pause(100);
      }
      return;
    }
    while (faults.crashLoop && alive()) {
      say(`start container for ${pod.body.image}: begin`);
      await pause(100);
    }
    if (!alive()) return;
    say(`start container for ${pod.body.image}: begin`);
    const upstream = await options.run(pod.body);
    if (alive()) pod.upstream = upstream;
    else await upstream.stop();
  }

  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return {
    env: {
      RUNPOD_API_KEY: KEY,
      STEADYDANCER_RUNPOD_API: `http://127.0.0.1:${port}/v2`,
      STEADYDANCER_RUNPOD_PROXY: `${proxy.url}/{id}`,
    },
    ...{ faults, pods, created, volumes, templates, calls, proxy },
    running: () => [...pods.keys()],
    async close() {
      for (const pod of pods.values()) await end(pod);
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
      await proxy.close();
    },
  };
}

function refusalOf(
  body: Pod['body'],
  faults: Faults,
  volumes: Cloud['volumes'],
): [number, string] | null {
  const { gpu, mounts, dataCenterIds = [] } = body;
  const known = GPUS.find(({ id }) => id === gpu?.id);
  if (!gpu || !known) return [400, 'exactly one of gpu and cpu must name a known type'];
  if (faults.noMoney) return [402, 'insufficient balance'];
  if (faults.notAllowed?.includes(gpu.id)) return [403, 'access denied'];
  const taken = faults.noCapacity === 'all' || faults.noCapacity?.includes(gpu.id);
  if (taken) {
    return [
      400,
      'There are no longer any instances available with the requested specifications. Please refresh and try again.',
    ];
  }
  const volume = mounts?.network?.[0];
  if (volume) {
    const found = volumes.find(({ id }) => id === volume.volumeId);
    if (!found) return [404, 'resource not found'];
    if (dataCenterIds[0] !== found.dataCenter) return [400, 'the volume is in another data center'];
  }
  return null;
}

function makePod(body: Pod['body'], faults: Faults): Pod {
  const price = GPUS.find(({ id }) => id === body.gpu?.id)?.price;
  const listed = body.cloud === 'COMMUNITY' ? price?.community : price?.secure;
  return {
    ...{
      id: randomBytes(7).toString('hex'),
      body,
      status: 'PROVISIONING',
      log: [],
      upstream: null,
    },
    cost: faults.price ?? listed ?? 0,
  };
}

function shown({ id, body, status, cost }: Pod) {
  return {
    ...{ id, name: body.name, status, actions: ['stop'], image: body.image, env: body.env, cost },
    ...{
      gpu: { id: body.gpu?.id, count: 1, vcpuCount: 16 },
      dataCenterId: 'EU-RO-1',
      runtime: null,
    },
  };
}

/** Server-sent events: what there is, then a little of what comes; the real one stays open. */
function stream(pod: Pod, source: string, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  let sent = 0;
  const timer = setInterval(() => {
    for (const entry of pod.log.slice(sent).filter((one) => one.source === source)) {
      response.write(`id: ${entry.ts}/0\ndata: ${JSON.stringify(entry)}\n\n`);
    }
    sent = pod.log.length;
  }, 30);
  response.on('close', () => clearInterval(timer));
}

function bodyOf(request: IncomingMessage): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    request.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    request.on('end', () => resolve(text));
  });
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
