// The stand-in against recordings of a real ComfyUI: the same requests in the same order.
import { WebSocket } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  jsonOf,
  recordedJson,
  recordedMessages,
  recording,
  recordings,
} from '../../unit/comfyui/recordings.ts';
import { type StandIn, startStandIn } from './stand-in.ts';

let server: StandIn;
beforeAll(async () => {
  server = await startStandIn();
});
afterAll(() => server.stop());

async function send(name: string): Promise<{ status: number; type: string; text: string }> {
  const { method, path, request } = recording(name);
  const body = typeof request === 'string' ? request : JSON.stringify(request);
  const answer = await fetch(`${server.url}${path}`, {
    method,
    ...(request === null ? {} : { body, headers: { 'content-type': 'application/json' } }),
  });
  const type = answer.headers.get('content-type') ?? '';
  return { status: answer.status, type, text: await answer.text() };
}

const refused = recordings().filter(({ name }) => name.startsWith('bad_'));
const same = [
  'history_empty',
  'history_unknown',
  'queue_idle',
  'prompt_get',
  'features',
  'embeddings',
  'extensions',
  'free',
  'interrupt',
  'view_missing',
  'models_checkpoints',
  'object_info_EmptyImage',
  'object_info_SaveImage',
  'object_info_CheckpointLoaderSimple',
  'object_info_unknown',
];

describe('answers that do not depend on the machine', () => {
  it.each(same)('%s is the recorded one', async (name) => {
    const { status, type, body } = { ...recording(name), type: recording(name).contentType };
    const answer = await send(name);
    expect({ status: answer.status, type: answer.type }).toEqual({ status, type });
    const expected = body.toString();
    if (type.includes('json')) expect(JSON.parse(answer.text)).toEqual(JSON.parse(expected));
    else expect(answer.text).toBe(expected);
  });

  it('has every key of the recorded system_stats, with values of the same kind', async () => {
    const answer = JSON.parse((await send('system_stats')).text);
    const recorded = jsonOf('system_stats');
    expect(Object.keys(answer.system).sort()).toEqual(Object.keys(recorded.system).sort());
    expect(Object.keys(answer.devices[0]).sort()).toEqual(Object.keys(recorded.devices[0]).sort());
  });

  it('serves a page that names ComfyUI and says that it is a rehearsal', async () => {
    const answer = await send('root');
    expect(answer.status).toBe(200);
    expect(answer.type).toBe(recording('root').contentType);
    expect(answer.text).toContain('ComfyUI');
    expect(answer.text).toContain('rehearsal');
  });

  it('answers the same under /api', async () => {
    const answer = await fetch(`${server.url}/api/queue`);
    expect(await answer.json()).toEqual(jsonOf('queue_idle'));
  });
});

describe('refused graphs', () => {
  it.each(refused)(
    '$name: same status, same errors',
    async ({ name, status, contentType, body }) => {
      const answer = await send(name);
      expect({ status: answer.status, type: answer.type }).toEqual({ status, type: contentType });
      if (!contentType.includes('json')) expect(answer.text).toBe(body.toString());
      else {
        expect(withoutTraceback(JSON.parse(answer.text))).toEqual(
          withoutTraceback(JSON.parse(body.toString())),
        );
      }
    },
  );
});

describe('runs', () => {
  it('sends the recorded messages in the recorded order, with cached nodes as recorded', async () => {
    const fresh = await startStandIn();
    try {
      const told = await messagesOf(fresh, [
        'ok_save_post',
        'ok_preview_post',
        'ok_save_again_cached_post',
        'partly_bad_post',
      ]);
      // The recording goes on with a graph of classes that the rehearsal does not play.
      const recorded = recordedMessages().map(normal);
      const fifthRun = nthIndex(recorded, (text) => text.startsWith('executing null'), 4) + 1;
      expect(told.map(normal)).toEqual(recorded.slice(0, fifthRun));
    } finally {
      await fresh.stop();
    }
  });

  it('keeps a history of the recorded shape', async () => {
    const posted = JSON.parse((await send('ok_save_post')).text);
    expect(Object.keys(posted)).toEqual(Object.keys(jsonOf('ok_save_post')));
    const entry = await historyOf(server, posted.prompt_id);
    const recorded = Object.values(jsonOf('ok_save_history'))[0];
    expect(shape(entry)).toEqual(shape(recorded));
    const view = await fetch(`${server.url}${recording('ok_save_view_2').path}`);
    expect(view.status).toBe(200);
    expect(view.headers.get('content-type')).toBe(recording('ok_save_view_2').contentType);
    expect(view.headers.get('content-disposition')).toBe('filename="smoke_00001_.png"');
  });

  it('reports an exception of a node as recorded, in message and history', async () => {
    const broken = await startStandIn('execution-error');
    try {
      const graph = dance(9);
      const told = await messagesOf(broken, [graph]);
      const recorded = recordedMessages('errors/websocket.ndjson');
      const error = told.find((message) => message.type === 'execution_error');
      const original = recorded.find((message) => message.type === 'execution_error');
      expect(Object.keys(error?.data ?? {}).sort()).toEqual(
        Object.keys(original?.data ?? {}).sort(),
      );
      const after = told.slice(told.findIndex((message) => message.type === 'execution_error'));
      expect(after.map((message) => message.type)).toEqual([
        'execution_error',
        'status',
        'executing',
      ]);
      const history = await (await fetch(`${broken.url}/history`)).json();
      const entry = Object.values(history as Record<string, { status: unknown }>)[0];
      const original2 = Object.values(
        recordedJson('errors/rt_latentconcat_history.json'),
      )[0] as never;
      expect(statusShape(entry)).toEqual(statusShape(original2));
    } finally {
      await broken.stop();
    }
  });

  it('stops a run that is interrupted and says so as recorded', async () => {
    const fresh = await startStandIn('hang-in-render');
    try {
      const told = await messagesOf(fresh, [dance(9)], async (message) => {
        if (message.type !== 'progress' || (message.data as { value: number }).value !== 2) return;
        await fetch(`${fresh.url}/interrupt`, { method: 'POST', body: '{}' });
      });
      const cut = told.find((message) => message.type === 'execution_interrupted');
      const original = recordedMessages('errors/websocket.ndjson').find(
        (message) => message.type === 'execution_interrupted',
      );
      expect(Object.keys(cut?.data ?? {}).sort()).toEqual(Object.keys(original?.data ?? {}).sort());
      expect(told.at(-1)).toMatchObject({ type: 'executing', data: { node: null } });
    } finally {
      await fresh.stop();
    }
  });
});

interface Told {
  type: string;
  data: unknown;
}

/** Posts each once the one before has ended, and collects what the WebSocket says. */
async function messagesOf(
  { url }: StandIn,
  posts: (string | object)[],
  onMessage?: (message: Told) => Promise<void>,
): Promise<Told[]> {
  const told: Told[] = [];
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws?clientId=rec-client-1`);
  const waiting = [...posts];
  await new Promise<void>((resolve, reject) => {
    const next = () => {
      const post = waiting.shift();
      if (post === undefined) return resolve();
      const body =
        typeof post === 'string'
          ? recording(post).request
          : { prompt: post, client_id: 'rec-client-1' };
      void fetch(`${url}/prompt`, { method: 'POST', body: JSON.stringify(body) });
    };
    socket.addEventListener('error', () => reject(new Error('no WebSocket')));
    socket.addEventListener('message', ({ data }: { data: unknown }) => {
      if (typeof data !== 'string') return;
      const message: Told = JSON.parse(data);
      told.push(message);
      void onMessage?.(message);
      const isEnd =
        message.type === 'executing' && (message.data as { node: unknown }).node === null;
      if (told.length === 1 || isEnd) next();
    });
  });
  socket.close();
  return told;
}

/** A message without what differs from run to run. */
function normal({ type, data }: Told): string {
  const { node, nodes, status } = data as { node?: unknown; nodes?: unknown; status?: unknown };
  if (type === 'executing') return `executing ${node}`;
  if (type === 'executed')
    return `executed ${node} ${Object.keys((data as { output: object }).output)}`;
  if (type === 'execution_cached') return `execution_cached ${JSON.stringify(nodes)}`;
  if (type === 'status') return `status ${JSON.stringify(status)} ${'sid' in (data as object)}`;
  if (type !== 'progress_state') return `${type} ${Object.keys(data as object)}`;
  const states = Object.values(nodes as Record<string, Record<string, unknown>>);
  return `progress_state ${states.map((state) => `${state.node_id}=${state.state} ${Object.keys(state)}`)}`;
}

function nthIndex<T>(items: T[], test: (item: T) => boolean, nth: number): number {
  let seen = 0;
  return items.findIndex((item) => test(item) && ++seen === nth);
}

/** Keys and kinds, all the way down. */
function shape(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shape);
  if (value === null || typeof value !== 'object') return typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, shape(member)]));
}

function statusShape(entry: unknown): unknown {
  const { outputs, status, meta } = entry as {
    outputs: unknown;
    meta: unknown;
    status: { messages: [string, object][] };
  };
  const messages = status.messages.map(([name, data]) => [name, Object.keys(data).sort()]);
  return { outputs, meta, ...status, messages };
}

function withoutTraceback(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (key, member) => (key === 'traceback' ? typeof member : member)),
  );
}

async function historyOf({ url }: StandIn, id: string): Promise<unknown> {
  const look = async () => {
    const answer = await fetch(`${url}/history/${id}`);
    return ((await answer.json()) as Record<string, unknown>)[id];
  };
  await expect.poll(look).toBeDefined();
  return look();
}

function dance(frames: number): object {
  return {
    1: { class_type: 'RehearsalDancer', inputs: { width: 64, height: 112, frames, seed: 1 } },
    2: {
      class_type: 'SaveAnimatedPNG',
      inputs: { images: ['1', 0], filename_prefix: 'dance', fps: 16, compress_level: 4 },
    },
  };
}
