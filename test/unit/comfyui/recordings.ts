import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A recorded exchange with a real ComfyUI 0.3.64. */
export interface Recording {
  name: string;
  method: string;
  path: string;
  request: unknown;
  status: number;
  contentType: string;
  body: Buffer;
}

const folder = join(import.meta.dirname, '../../fixtures/comfyui-0.3.64');

export function recordings(): Recording[] {
  const files = readdirSync(folder);
  return files
    .filter((file) => file.endsWith('.meta.json'))
    .map((file) => {
      const name = file.replace('.meta.json', '');
      const meta = JSON.parse(readFileSync(join(folder, file), 'utf8'));
      const body = files.find((other) => other.startsWith(`${name}.body.`));
      return {
        name,
        method: meta.method,
        path: meta.path,
        request: meta.request,
        status: meta.status,
        contentType: meta.headers['content-type'] ?? '',
        body: body ? readFileSync(join(folder, body)) : Buffer.alloc(0),
      };
    });
}

export function recording(name: string): Recording {
  const found = recordings().find((candidate) => candidate.name === name);
  if (!found) throw new Error(`no recording ${name}`);
  return found;
}

export const jsonOf = (name: string) => JSON.parse(recording(name).body.toString());

/** Messages of the WebSocket, in order; binary frames are left out. */
export function recordedMessages(file = 'websocket.ndjson'): { type: string; data: never }[] {
  return readFileSync(join(folder, file), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(JSON.parse(line).text));
}

export function recordedJson(path: string): Record<string, never> {
  return JSON.parse(readFileSync(join(folder, path), 'utf8'));
}
