// What the launch tests share: a stand-in program for a container, and a way to launch it.
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type Dockerode from 'dockerode';
import type { EventBody } from '../../src/contract/events.ts';
import { type ContainerSpecInput, containerSpec } from '../../src/launch/container-spec.ts';
import { type LaunchInput, type LaunchPorts, launch } from '../../src/launch/start.ts';
import { systemClock } from '../../src/ports/clock.ts';

/**
 * The container's program: does what MODE says. `serve` is a server with ComfyUI's ready lines
 * (fixtures: start-up of 0.3.64) that tells at /probe who it is and what it may write.
 */
export const PROGRAM = `
const http = require('node:http'); const fs = require('node:fs');
const mode = process.env.MODE || 'serve';
const tries = (path) => { try { fs.mkdirSync(path, {recursive: true}); fs.writeFileSync(path + '/x', 'x'); return true; } catch (error) { return error.code; } };
const status = () => fs.readFileSync('/proc/self/status', 'utf8');
if (mode === 'exit') { console.log('loading'); console.error('Traceback (most recent call last):\\n  File "main.py"\\nModuleNotFoundError: No module named \\'yaml\\''); process.exit(3); }
if (mode === 'no-gpu') { console.error('RuntimeError: Found no NVIDIA driver on your system.'); process.exit(1); }
if (mode === 'eat') { const held = []; console.log('eating'); for (;;) held.push(Buffer.alloc(8 << 20, 1)); }
if (mode === 'hang') { console.log('still \\x1b]0;title\\x07loading'); setInterval(() => {}, 1000); }
if (mode === 'serve') {
  process.on('SIGTERM', () => process.exit(0));
  console.error('   0.0 seconds (IMPORT FAILED): /opt/ComfyUI/custom_nodes/broken-pack');
  console.error('Cannot import /opt/ComfyUI/custom_nodes/broken-pack module for custom nodes: No module named gguf');
  http.createServer((request, response) => {
    if (request.url === '/probe') {
      response.end(JSON.stringify({ uid: process.getuid(), gid: process.getgid(), home: tries(process.env.HOME), cache: tries(process.env.XDG_CACHE_HOME + '/a'), root: tries('/'), tmp: tries('/tmp/a'), out: tries('/output'), user: process.env.USER,
        capabilities: /CapEff:\\s*(\\w+)/.exec(status())[1], noNewPrivileges: /NoNewPrivs:\\s*(\\d)/.exec(status())[1] }));
    } else { response.statusCode = request.url === '/system_stats' ? 200 : 404; response.end('{}'); }
  }).listen(8188, '0.0.0.0', () => { console.error('Starting server\\n'); console.error('To see the GUI go to: http://0.0.0.0:8188'); });
}
`;

/** Only root can give a folder to another uid; 4321 has a name nowhere. */
const root = process.getuid?.() === 0;
export const HOST = {
  uid: root ? 4321 : (process.getuid?.() ?? 0),
  gid: root ? 4322 : (process.getgid?.() ?? 0),
  memoryBytes: 8 * 2 ** 30,
};
export const ENGINE = { memoryBytes: 8 * 2 ** 30, rootless: false, securityOptions: [] };

/** Everything that one test launched, and what removes it. */
export class LaunchWorld {
  readonly events: EventBody[] = [];
  readonly lines: string[] = [];
  readonly questions: string[] = [];
  readonly docker: Dockerode;
  readonly profile: string;
  readonly folder: string;
  readonly #image: string;

  private constructor(docker: Dockerode, image: string, profile: string, folder: string) {
    this.docker = docker;
    this.profile = profile;
    this.folder = folder;
    this.#image = image;
  }

  static async make(docker: Dockerode, image: string): Promise<LaunchWorld> {
    const folder = await mkdtemp(join(tmpdir(), 'sd-launch-'));
    const profile = `test-${folder.slice(-6).toLowerCase()}`;
    return new LaunchWorld(docker, image, profile, folder);
  }

  get name(): string {
    return `steadydancer-${this.profile}`;
  }

  get states(): string[] {
    return this.events.flatMap((event) => (event.type === 'container' ? [event.state] : []));
  }

  spec(mode: string, changes: Partial<ContainerSpecInput> = {}): ContainerSpecInput {
    return {
      choices: { recipe: 'rehearsal' },
      imageRef: this.#image,
      profile: this.profile,
      runId: 'run-1',
      planDigest: 'a'.repeat(64),
      role: 'rehearsal',
      host: HOST,
      engine: ENGINE,
      gpu: null,
      port: 0,
      listen: '127.0.0.1',
      mounts: [],
      ...changes,
      env: { MODE: mode, ...changes.env },
    };
  }

  launch(
    mode: string,
    options: {
      port: number;
      spec?: Partial<ContainerSpecInput>;
      input?: Partial<LaunchInput>;
      ports?: Partial<LaunchPorts>;
      answer?: string;
      signal?: AbortSignal;
    },
  ) {
    const spec = this.spec(mode, options.spec);
    return launch(
      {
        name: this.name,
        planDigest: spec.planDigest,
        spec: (port) => containerSpec({ ...spec, port }),
        port: options.port,
        listen: '127.0.0.1',
        local: true,
        needsLine: true,
        limitMs: 30_000,
        logFile: join(this.folder, 'container.log'),
        onLine: (line) => void this.lines.push(line),
        ...options.input,
      },
      {
        docker: this.docker,
        clock: systemClock,
        fetch,
        emit: (event) => void this.events.push(event),
        ask: async (question) => {
          this.questions.push(question.text);
          return options.answer ?? question.unattended ?? 'back';
        },
        ...options.ports,
      },
      options.signal ?? new AbortController().signal,
    );
  }

  async clear(): Promise<void> {
    const all = await this.docker.listContainers({ all: true });
    for (const container of all) {
      if (!container.Names.some((name) => name.startsWith(`/${this.name}`))) continue;
      await this.docker.getContainer(container.Id).remove({ force: true, v: true });
    }
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** A port that is free now. */
export async function freePortNow(): Promise<number> {
  const { port, close } = await listenSomewhere();
  await close();
  return port;
}

/** A listener of this process. */
export async function listenSomewhere(): Promise<{ port: number; close(): Promise<void> }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
