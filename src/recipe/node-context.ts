import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import {
  copyFile,
  link,
  mkdir,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { Failure } from '../contract/failure.ts';
import { makeFolder } from '../ports/make-folder.ts';
import { assetPath } from './assets.ts';

export interface NodeContextOptions {
  /** Folder of the context; made, and replaced when what goes into it has changed. */
  destination: string;
  /** As Docker names them: amd64, arm64; linux. */
  engineArch: string;
  engineOs: string;
  /** Node that goes into the image; default: the one that runs. */
  nodeBinary?: string;
}

export interface NodeProgram {
  /** Folder below docker/ with its Dockerfile and Dockerfile.node-slim. */
  recipe: string;
  /** What of it goes to app/, by the name there. */
  app: Record<string, string>;
  /** For sentences: `The rehearsal`. */
  name: string;
}

export interface NodeContext {
  dir: string;
  dockerfile: string;
  /** Where Node comes from: this machine, or node:24-slim. */
  node: 'own' | 'node-slim';
}

/** A file of the context: what it is called there and where it comes from. */
interface Part {
  target: string;
  source: string;
}

/**
 * Puts the build context of a program of ours together, for an image that needs no base image:
 * Node's binary and the libraries that it links, as hard links where the file system allows, the
 * program's bundle, and the Dockerfile. The same machine gives the same content.
 * @throws Failure (rehearsal-*)
 */
export async function assembleNodeContext(
  program: NodeProgram,
  options: NodeContextOptions,
): Promise<NodeContext> {
  const own = sameSystem(options);
  const recipe = own ? 'Dockerfile' : 'Dockerfile.node-slim';
  const app = Object.entries(program.app).map(([name, source]) => ({
    target: `app/${name}`,
    source,
  }));
  const parts: Part[] = [
    { target: 'Dockerfile', source: assetPath('docker', program.recipe, recipe) },
    ...app,
    ...(own ? await nodeParts(options.nodeBinary ?? process.execPath) : []),
  ];
  const dir = options.destination;
  const context: NodeContext = {
    dir,
    dockerfile: join(dir, 'Dockerfile'),
    node: own ? 'own' : 'node-slim',
  };
  const wanted = await fingerprint(parts, program.name);
  const stamp = `${dir}.stamp`;
  if ((await readFile(stamp, 'utf8').catch(() => '')) === wanted && (await complete(dir, parts))) {
    return context;
  }
  makeFolder(dirname(dir));
  await rm(stamp, { force: true });
  const fresh = `${dir}.${randomUUID()}`;
  try {
    for (const part of parts) await place(part, fresh);
    await rm(dir, { recursive: true, force: true });
    await rename(fresh, dir);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
  await writeFile(stamp, wanted);
  return context;
}

function sameSystem({ engineArch, engineOs }: NodeContextOptions): boolean {
  const architectures: Record<string, string> = {
    amd64: 'x64',
    x86_64: 'x64',
    arm64: 'arm64',
    aarch64: 'arm64',
  };
  return engineOs === process.platform && architectures[engineArch] === process.arch;
}

async function nodeParts(nodeBinary: string): Promise<Part[]> {
  const parts: Part[] = [{ target: 'rootfs/usr/bin/node', source: await realpath(nodeBinary) }];
  const linked = await linkedLibraries(nodeBinary);
  for (const library of [...linked, ...(await unlinkedLibraries(linked))]) {
    const name = basename(library);
    // The loader is named in the binary by its whole path; the others are found by LD_LIBRARY_PATH.
    const target = /^ld[-.]/.test(name) ? `rootfs${library}` : `rootfs/usr/lib/rehearsal/${name}`;
    parts.push({ target, source: await realpath(library) });
  }
  return parts;
}

/**
 * What is loaded besides what Node links: nvidia-smi and libnvidia-ml.so.1 want librt.so.1
 * (readelf -d of driver 580.159.04); looking up a host's name wants the others, which glibc has in
 * itself since 2.34 (its NEWS) and loads by name before. Taken from beside the C library; an empty
 * list where there is none (musl).
 */
async function unlinkedLibraries(linked: readonly string[]): Promise<string[]> {
  const libc = linked.find((path) => basename(path).startsWith('libc.so'));
  if (!libc) return [];
  const wanted = ['librt.so.1', 'libnss_dns.so.2', 'libnss_files.so.2', 'libresolv.so.2']
    .filter((name) => !linked.some((path) => basename(path) === name))
    .map((name) => join(dirname(libc), name));
  const there = await Promise.all(
    wanted.map((path) =>
      stat(path).then(
        () => [path],
        () => [],
      ),
    ),
  );
  return there.flat();
}

/** Paths of the shared objects of a Node, as its diagnostic report lists them. */
async function linkedLibraries(nodeBinary: string): Promise<string[]> {
  const listed = nodeBinary === process.execPath ? ownReport() : await reportOf(nodeBinary);
  const { sharedObjects } = listed as { sharedObjects?: unknown };
  const paths = Array.isArray(sharedObjects)
    ? sharedObjects.filter((path) => typeof path === 'string')
    : [];
  // The kernel's own (linux-vdso) has no file; the binary itself can be listed too.
  const files = paths.filter((path) => path.startsWith('/') && path !== nodeBinary);
  return files.filter((path) => /\.so(\.|$)/.test(basename(path)));
}

/** Of the running process: also right in a single executable, which runs no script of ours by -e. */
function ownReport(): object {
  // Without it the report looks up names, which can take seconds. @types/node 26 does not know it.
  const report = process.report as NodeJS.ProcessReport & { excludeNetwork: boolean };
  const before = report.excludeNetwork;
  report.excludeNetwork = true;
  try {
    return report.getReport();
  } finally {
    report.excludeNetwork = before;
  }
}

async function reportOf(nodeBinary: string): Promise<object> {
  const script =
    'process.report.excludeNetwork = true; console.log(JSON.stringify(process.report.getReport()))';
  try {
    const { stdout } = await promisify(execFile)(nodeBinary, ['-e', script], {
      timeout: 20_000,
      maxBuffer: 16 * 1024 * 1024,
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    return JSON.parse(stdout);
  } catch (error) {
    throw new Failure(
      {
        code: 'rehearsal-node-unreadable',
        sentence: `Node at ${nodeBinary} does not say which libraries it links.`,
        proof: (error as Error).message.split('\n')[0] ?? '',
      },
      { cause: error },
    );
  }
}

/** Names, sizes and times of what goes in; the bundle and Dockerfile by content. */
async function fingerprint(parts: Part[], name: string): Promise<string> {
  const hash = createHash('sha256');
  for (const { target, source } of parts) {
    const { size, mtimeMs } = await stat(source).catch((error) => {
      throw new Failure(
        {
          code: 'rehearsal-part-missing',
          sentence: `${name} needs ${source}, which is not there.`,
          proof: (error as Error).message,
        },
        { cause: error },
      );
    });
    const seen = target.startsWith('rootfs/') ? `${size} ${mtimeMs}` : await readFile(source);
    hash.update(`${target}\0${source}\0`).update(seen).update('\0');
  }
  return hash.digest('hex');
}

async function complete(dir: string, parts: Part[]): Promise<boolean> {
  const there = parts.map(async ({ target, source }) => {
    const [kept, original] = await Promise.all([stat(join(dir, target)), stat(source)]);
    return kept.size === original.size;
  });
  return Promise.all(there).then(
    (all) => all.every(Boolean),
    () => false,
  );
}

async function place({ target, source }: Part, root: string): Promise<void> {
  const path = join(root, target);
  await mkdir(dirname(path), { recursive: true });
  if (!target.startsWith('rootfs/')) {
    await copyFile(source, path);
    return;
  }
  // Never written to nor chmodded afterwards: a hard link is the original itself.
  await link(source, path).catch(() => copyFile(source, path, constants.COPYFILE_FICLONE));
}
