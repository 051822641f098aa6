import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { nodes } from '../../../src/recipe/nodes.ts';
import { type RecordedClass, recordedClasses } from './node-inputs.ts';

/** Repositories of a ComfyUI-like server and the node packs, and a git server for them. */
export interface Repositories {
  /** `COMFYUI_COMMIT`, `KJNODES_COMMIT`, … */
  commits: Record<string, string>;
  /** WanVideoWrapper at a commit where SteadyDancer's optional module did not load. */
  withoutClass: { className: string; commit: string };
  /** A pack of a person's own, for EXTRA_NODES; another whose requirements no index has. */
  extra: { repository: string; commit: string };
  unresolvable: { repository: string; commit: string };
  /** Upstream moves: one more commit of a pack (`kjnodes`) or of `comfyui`, which is its newest then. */
  move(id: string, change: 'harmless' | 'without-class'): string;
  port: number;
  close(): Promise<void>;
}

const REQUIREMENTS: Record<string, string> = {
  wanvideowrapper: 'gguf>=0.17.1\nopencv-python\n',
  kjnodes: 'color-matcher\nopencv-python-headless\n',
  videohelpersuite: 'opencv-python\n',
  wananimatepreprocess: 'onnxruntime-gpu\nopencv-python',
};

export async function serveRepositories(folder: string): Promise<Repositories> {
  const className = 'WanVideoAddSteadyDancerEmbeds';
  let withoutClass = '';
  const { coreClasses, nodes: packs } = nodes();
  const recorded = recordedClasses();
  const classesJson = (names: string[]) =>
    JSON.stringify(
      Object.fromEntries(
        names
          .map((name): [string, RecordedClass | undefined] => [name, recorded.get(name)])
          .filter(([, entry]) => entry !== undefined),
      ),
    );
  const commits: Record<string, string> = {};
  const server = join(folder, 'Comfy-Org', 'ComfyUI');
  cpSync(join(import.meta.dirname, 'comfyui'), server, { recursive: true });
  commits.COMFYUI_COMMIT = commit(server, {
    'classes.json': classesJson(coreClasses),
    'requirements.txt': 'torch\ntorchvision\ntorchaudio\n',
    'models/checkpoints/put_checkpoints_here': '',
  });
  const init = `import os, sys
sys.path.insert(0, "/opt/ComfyUI")
from nodes import recorded_classes
NODE_CLASS_MAPPINGS = recorded_classes(os.path.join(os.path.dirname(__file__), "classes.json"))
`;
  for (const pack of packs) {
    if (pack.optional) continue;
    const [owner = '', name = ''] = pack.repo.split('/').slice(-2);
    // Classes that only the dance graph asks for come with the pack too.
    const more = [...recorded].filter(([, { pack: of }]) => of.endsWith(name)).map(([key]) => key);
    const at = join(folder, owner, name);
    const classes = [...new Set([...pack.classes, ...more])];
    commits[`${pack.id.toUpperCase()}_COMMIT`] = commit(at, {
      'classes.json': classesJson(classes),
      '__init__.py': pack.id === 'wanvideowrapper' ? `import gguf\n${init}` : init,
      'requirements.txt': REQUIREMENTS[pack.id] ?? '',
    });
    if (classes.includes(className)) {
      const fewer = classes.filter((one) => one !== className);
      withoutClass = commit(at, { 'classes.json': classesJson(fewer) });
      // Nobody's newest: it can be asked for by its number alone.
      git(at, 'reset', '--quiet', '--hard', 'HEAD~1');
    }
  }
  const extraCommit = commit(join(folder, 'someone', 'ComfyUI-Own'), {
    '__init__.py': 'NODE_CLASS_MAPPINGS = {}\n',
  });
  const unresolvable = commit(join(folder, 'someone', 'ComfyUI-Greedy'), {
    '__init__.py': 'NODE_CLASS_MAPPINGS = {}\n',
    'requirements.txt': 'torch==1.0.0\n',
  });
  const move: Repositories['move'] = (id, change) => {
    const pack = packs.find((one) => one.id === id);
    const at = join(folder, ...(pack?.repo.split('/').slice(-2) ?? ['Comfy-Org', 'ComfyUI']));
    if (change === 'harmless') return commit(at, { 'README.md': `${Date.now()}\n` });
    const classes = JSON.parse(readFileSync(join(at, 'classes.json'), 'utf8'));
    return commit(at, {
      'classes.json': JSON.stringify({ ...classes, [pack?.classes[0] ?? '']: undefined }),
    });
  };
  const port = await freePort();
  const daemon = await startDaemon(folder, port);
  return {
    commits,
    withoutClass: { className, commit: withoutClass },
    extra: { repository: 'https://github.com/someone/ComfyUI-Own', commit: extraCommit },
    unresolvable: {
      repository: 'https://github.com/someone/ComfyUI-Greedy',
      commit: unresolvable,
    },
    move,
    port,
    close: () => stop(daemon),
  };
}

/** One more commit with these files, always the same for the same files. */
function commit(folder: string, files: Record<string, string>): string {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  git(folder, 'init', '--quiet');
  git(folder, 'config', 'uploadpack.allowAnySHA1InWant', 'true');
  git(folder, 'add', '.');
  git(folder, 'commit', '--quiet', '-m', 'one state');
  return git(folder, 'rev-parse', 'HEAD');
}

function git(folder: string, ...args: string[]): string {
  const at = '2026-05-05T00:00:00Z';
  const env = {
    ...process.env,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_AUTHOR_DATE: at,
    GIT_COMMITTER_DATE: at,
  };
  return execFileSync('git', ['-c', 'user.name=w', '-c', 'user.email=w@example.org', ...args], {
    cwd: folder,
    env,
    encoding: 'utf8',
  }).trim();
}

export async function startDaemon(folder: string, port: number): Promise<ChildProcess> {
  const daemon = spawn(
    'git',
    [
      'daemon',
      '--reuseaddr',
      '--export-all',
      `--base-path=${folder}`,
      `--port=${port}`,
      '--verbose',
      folder,
    ],
    // A group of its own: git starts the daemon as a child.
    { detached: true, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  await new Promise<void>((resolve, reject) => {
    daemon.stderr?.setEncoding('utf8').on('data', (text: string) => {
      if (text.includes('Ready to rumble')) resolve();
    });
    daemon.once('exit', (code) => reject(new Error(`git daemon ended with ${code}`)));
  });
  return daemon;
}

export async function stop(daemon: ChildProcess): Promise<void> {
  if (daemon.exitCode !== null || daemon.pid === undefined) return;
  const ended = new Promise((resolve) => daemon.once('exit', resolve));
  process.kill(-daemon.pid, 'SIGTERM');
  await ended;
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
