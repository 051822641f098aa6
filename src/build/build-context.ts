import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readdir, readFile, readlink, stat } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import dockerignore from '@balena/dockerignore';
import { pack } from 'tar-stream';
import { Failure } from '../contract/failure.ts';

/** Name that a Dockerfile from outside the context has inside it. */
const OUTSIDE_NAME = '.steadydancer.Dockerfile';

interface Entry {
  /** With slashes, relative to the context. */
  path: string;
  type: 'file' | 'directory' | 'symlink';
  /** Bytes of a file, else 0. */
  size: number;
  executable: boolean;
  mtime: Date;
  /** Target of a symlink. */
  link?: string;
}

export interface BuildContext {
  dir: string;
  /** Absolute path of the Dockerfile. */
  dockerfile: string;
  /** Path of the Dockerfile inside the tar. */
  dockerfileInTar: string;
  entries: Entry[];
  /** Sum of the file sizes that are sent. */
  bytes: number;
}

/**
 * Looks at a build context: what `.dockerignore` (or `<Dockerfile>.dockerignore`, which wins)
 * leaves of the folder, sorted by path.
 * @throws Failure build-context-missing, build-dockerfile-missing
 */
export async function readContext(dir: string, dockerfile: string): Promise<BuildContext> {
  const root = resolve(dir);
  const file = resolve(dockerfile);
  if (!(await isA('directory', root))) {
    throw new Failure({
      code: 'build-context-missing',
      phase: 'validate',
      sentence: `The build context ${root} is not a folder.`,
    });
  }
  if (!(await isA('file', file))) {
    throw new Failure({
      code: 'build-dockerfile-missing',
      phase: 'validate',
      sentence: `There is no Dockerfile at ${file}.`,
    });
  }
  const inside = relative(root, file).split(sep).join('/');
  const isInside = !inside.startsWith('../') && inside !== '..' && !resolveIsElsewhere(inside);
  const dockerfileInTar = isInside ? inside : OUTSIDE_NAME;
  const patterns = await ignorePatterns(root, file);
  const entries = await walk(root, patterns);
  // The engine reads it out of the tar, also when it is ignored.
  if (!entries.some((entry) => entry.path === dockerfileInTar)) {
    const { size, mtime } = await stat(file);
    entries.push({ path: dockerfileInTar, type: 'file', size, executable: false, mtime });
  }
  entries.sort((a, b) => (a.path < b.path ? -1 : 1));
  const bytes = entries.reduce((sum, entry) => sum + entry.size, 0);
  return { dir: root, dockerfile: file, dockerfileInTar, entries, bytes };
}

/** On Windows a path on another drive stays absolute. */
function resolveIsElsewhere(path: string): boolean {
  return /^[A-Za-z]:/.test(path) || path.startsWith('/');
}

async function isA(kind: 'file' | 'directory', path: string): Promise<boolean> {
  const found = await stat(path).catch(() => null);
  return kind === 'file' ? found?.isFile() === true : found?.isDirectory() === true;
}

async function ignorePatterns(root: string, dockerfile: string): Promise<string[]> {
  for (const path of [`${dockerfile}.dockerignore`, join(root, '.dockerignore')]) {
    const text = await readFile(path, 'utf8').catch(() => null);
    if (text !== null) return text.replace(/^\ufeff/, '').split(/\r?\n/);
  }
  return [];
}

async function walk(root: string, patterns: string[]): Promise<Entry[]> {
  const filter = dockerignore.default({ ignorecase: false }).add(patterns);
  // With an exception (`!keep`), what is wanted may lie below what is not.
  const exceptions = patterns.some((pattern) => pattern.trim().startsWith('!'));
  const found: Entry[] = [];
  const visit = async (folder: string): Promise<boolean> => {
    let any = false;
    const names = (await readdir(join(root, folder))).sort();
    for (const name of names) {
      const path = folder === '' ? name : `${folder}/${name}`;
      const ignored = filter.ignores(path);
      const stats = await lstat(join(root, path));
      if (stats.isDirectory()) {
        if (ignored && !exceptions) continue;
        const at = found.length;
        const anyInside = await visit(path);
        if (ignored && !anyInside) continue;
        found.splice(at, 0, await entryOf(join(root, path), path));
        any = true;
      } else if (!ignored && (stats.isFile() || stats.isSymbolicLink())) {
        found.push(await entryOf(join(root, path), path));
        any = true;
      }
    }
    return any;
  };
  await visit('');
  return found;
}

async function entryOf(file: string, path: string): Promise<Entry> {
  const stats = await lstat(file);
  const common = { path, executable: (stats.mode & 0o111) !== 0, mtime: stats.mtime };
  if (stats.isDirectory()) return { ...common, type: 'directory', size: 0, executable: true };
  if (stats.isSymbolicLink()) {
    return { ...common, type: 'symlink', size: 0, executable: true, link: await readlink(file) };
  }
  return { ...common, type: 'file', size: stats.size };
}

function sourceOf(context: BuildContext, entry: Entry): string {
  return entry.path === context.dockerfileInTar
    ? context.dockerfile
    : join(context.dir, entry.path);
}

/**
 * The context as an uncompressed tar (gzip of 132 MB costs 3 s and saves nothing on a socket).
 * Owner is root and modes are 755 or 644, whatever the umask of the checkout was, so that the same
 * content is the same layer. Destroying the stream stops the reading.
 */
export function packContext(context: BuildContext): Readable {
  const tar = pack();
  const write = async () => {
    for (const entry of context.entries) {
      const header = {
        name: entry.path,
        mode: entry.executable ? 0o755 : 0o644,
        mtime: entry.mtime,
        type: entry.type,
        uid: 0,
        gid: 0,
      };
      if (entry.type === 'symlink') tar.entry({ ...header, linkname: entry.link ?? '' });
      else if (entry.type === 'directory') tar.entry(header);
      else if (entry.size === 0) tar.entry(header, '');
      else {
        const sink = tar.entry({ ...header, size: entry.size });
        // A log that grows while it is read must not break the tar.
        await pipeline(createReadStream(sourceOf(context, entry), { end: entry.size - 1 }), sink);
      }
    }
    tar.finalize();
  };
  write().catch((error: Error) => tar.destroy(error));
  return tar as unknown as Readable;
}

/**
 * The identity of what a build would be given: sha256 over sorted paths, types, the executable
 * bit, link targets and contents, and the Dockerfile's. No times, owners or other mode bits.
 * @throws Failure build-context-missing, build-dockerfile-missing, or the signal's reason
 */
export async function contextHash(
  dir: string,
  dockerfile: string,
  signal?: AbortSignal,
): Promise<{ hash: string; bytes: number }> {
  const context = await readContext(dir, dockerfile);
  const total = createHash('sha256');
  for (const entry of context.entries) {
    signal?.throwIfAborted();
    const content =
      entry.type === 'file' ? await fileHash(sourceOf(context, entry)) : (entry.link ?? '');
    const bit = entry.type === 'file' && entry.executable ? 'x' : '-';
    total.update(`${[entry.type, bit, entry.path, content].join('\0')}\n`);
  }
  // By itself, because it may be a link, and says which of several Dockerfiles it is.
  total.update(`dockerfile\0${await fileHash(context.dockerfile)}\n`);
  return { hash: total.digest('hex'), bytes: context.bytes };
}

async function fileHash(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
