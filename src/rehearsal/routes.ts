// Paths, statuses and bodies of ComfyUI's server. Source: server.py of Comfy-Org/ComfyUI v0.3.64;
// recordings in test/fixtures/comfyui-0.3.64.
import { freemem, totalmem } from 'node:os';
import { newPromptId, type PromptQueue } from './execute.ts';
import type { FileStore } from './files.ts';
import { seenDevices } from './gpus.ts';
import { parseMultipart } from './multipart.ts';
import { DANCER, nodeClasses } from './node-classes.ts';
import type { Settings } from './settings.ts';
import { validateGraph } from './validate.ts';

export interface RouteContext {
  settings: Settings;
  files: FileStore;
  queue: PromptQueue;
  log(line: string): void;
  /** Counts every POST /prompt, also refused ones. */
  nextNumber: number;
}
export interface Asked {
  method: string;
  path: string;
  query: URLSearchParams;
  contentType: string;
  body: Buffer;
}
export interface Reply {
  status: number;
  type?: string;
  body: Buffer;
  headers?: Record<string, string>;
}

const PAGE = `<!doctype html><meta charset="utf-8"><title>ComfyUI (rehearsal)</title>
<h1>This is a rehearsal</h1>
<p>A small stand-in answers here in place of ComfyUI. It shows that Docker, port and folders work;
there are no models and no GPU work behind it.</p>
`;

/** The answer to one request. What it throws is a 500, as in the original. */
export async function answer(context: RouteContext, asked: Asked): Promise<Reply> {
  const { queue, files } = context;
  const [, first = '', second] = asked.path.split('/');
  switch (`${asked.method} /${first}`) {
    case 'GET /':
    case 'HEAD /':
      return { status: 200, type: 'text/html', body: Buffer.from(PAGE) };
    case 'GET /system_stats':
      return json(await systemStats(context));
    case 'GET /object_info': {
      const classes = await currentClasses(context);
      if (second === undefined) return json(classes);
      return json(classes[second] ? { [second]: classes[second] } : {});
    }
    case 'GET /models':
      return json(second === undefined ? ['checkpoints'] : []);
    case 'GET /embeddings':
    case 'GET /extensions':
      return json([]);
    case 'GET /features':
      return json({ supports_preview_metadata: true, max_upload_size: 104857600 });
    case 'GET /prompt':
      return json({ exec_info: { queue_remaining: queue.remaining } });
    case 'POST /prompt':
      return submit(context, asked);
    case 'GET /queue':
      return json(queue.snapshot());
    case 'POST /queue': {
      const body = JSON.parse(asked.body.toString());
      if (body.clear) queue.clear();
      if (Array.isArray(body.delete)) queue.delete(body.delete);
      return empty(200);
    }
    case 'GET /history': {
      if (second === undefined) return json(Object.fromEntries(queue.history));
      const entry = queue.history.get(second);
      return json(entry ? { [second]: entry } : {});
    }
    case 'POST /interrupt':
      queue.interrupt(
        asked.body.length > 0 ? JSON.parse(asked.body.toString()).prompt_id : undefined,
      );
      return empty(200);
    case 'POST /free':
      return empty(200);
    case 'GET /view':
      return view(files, asked.query, context.settings);
    case 'POST /upload':
      return upload(files, asked);
    default:
      return {
        status: 404,
        type: 'text/plain; charset=utf-8',
        body: Buffer.from('404: Not Found'),
      };
  }
}

async function systemStats({ settings }: RouteContext): Promise<unknown> {
  const memory = { total: totalmem(), free: freemem() };
  return {
    system: {
      os: 'posix',
      ram_total: memory.total,
      ram_free: memory.free,
      comfyui_version: '0.3.64-rehearsal',
      required_frontend_version: null,
      installed_templates_version: null,
      required_templates_version: null,
      python_version: `none (Node ${process.versions.node})`,
      pytorch_version: 'none (rehearsal)',
      embedded_python: false,
      argv: ['server.js', ...settings.argv],
    },
    devices: await seenDevices(memory),
  };
}

async function currentClasses({ files, settings }: RouteContext) {
  return nodeClasses(await files.inputFiles(), settings.fault === 'missing-node' ? [DANCER] : []);
}

async function submit(context: RouteContext, asked: Asked): Promise<Reply> {
  const body = JSON.parse(asked.body.toString());
  context.log('got prompt');
  const number = context.nextNumber++;
  if (!body.prompt) {
    const message = 'No prompt provided';
    const error = { type: 'no_prompt', message, details: message, extra_info: {} };
    return json({ error, node_errors: {} }, 400);
  }
  const verdict = validateGraph(body.prompt, await currentClasses(context));
  if (verdict.error) return json({ error: verdict.error, node_errors: verdict.nodeErrors }, 400);
  const id = typeof body.prompt_id === 'string' ? body.prompt_id : newPromptId();
  const client = body.client_id === undefined ? {} : { client_id: body.client_id };
  const extra = { ...body.extra_data, ...client };
  context.queue.add({ number, id, graph: body.prompt, extra, outputs: verdict.outputs });
  return json({ prompt_id: id, number, node_errors: verdict.nodeErrors });
}

async function view(files: FileStore, query: URLSearchParams, settings: Settings): Promise<Reply> {
  const filename = query.get('filename') ?? '';
  const found =
    settings.fault === 'file-gone'
      ? null
      : await files.read({
          filename,
          subfolder: query.get('subfolder') ?? '',
          type: query.get('type') ?? 'output',
        });
  if (!found) return empty(404);
  const type = filename.endsWith('.png') ? 'image/png' : 'application/octet-stream';
  const headers = { 'content-disposition': `filename="${filename}"` };
  return { status: 200, type, body: found, headers };
}

async function upload(files: FileStore, asked: Asked): Promise<Reply> {
  const parts = parseMultipart(asked.contentType, asked.body);
  const field = (name: string) =>
    parts.find((part) => part.name === name)?.data.toString('utf8') ?? '';
  const image = parts.find((part) => part.name === 'image');
  if (!image?.filename) return empty(400);
  const subfolder = field('subfolder');
  const overwrite = ['true', '1'].includes(field('overwrite'));
  const file = { name: image.filename, subfolder, data: image.data };
  const name = await files.upload(file, overwrite);
  return name === null ? empty(400) : json({ name, subfolder, type: 'input' });
}

function json(value: unknown, status = 200): Reply {
  const body = Buffer.from(JSON.stringify(value));
  return { status, type: 'application/json; charset=utf-8', body };
}

function empty(status: number): Reply {
  return { status, body: Buffer.alloc(0) };
}
