import { constants, createReadStream, createWriteStream } from 'node:fs';
import { copyFile, link, lstat, readdir, realpath, rename, stat, unlink } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { sha256Of } from './hashing.ts';
import { makeRoom, type Place } from './place.ts';

const DEEPEST = 5;
const MOST_ENTRIES = 50_000;

/**
 * Where models usually lie: ComfyUI in its usual places, other user interfaces, and the cache of
 * the hub's tools (huggingface_hub constants.py: HF_HUB_CACHE, HF_HOME/hub, XDG_CACHE_HOME).
 */
export function usualPlaces(env: NodeJS.ProcessEnv, home: string): string[] {
  const cache = env.XDG_CACHE_HOME || join(home, '.cache');
  return [
    join(home, 'ComfyUI', 'models'),
    join(home, 'comfyui', 'models'),
    join(home, 'comfy', 'ComfyUI', 'models'),
    join(home, 'Documents', 'ComfyUI', 'models'),
    join('/opt', 'ComfyUI', 'models'),
    join('/workspace', 'ComfyUI', 'models'),
    join(home, 'stable-diffusion-webui', 'models'),
    join(home, 'stable-diffusion-webui-forge', 'models'),
    join(home, 'StabilityMatrix', 'Data', 'Models'),
    join(home, 'InvokeAI', 'models'),
    join(home, 'SwarmUI', 'Models'),
    env.HF_HUB_CACHE || join(env.HF_HOME || join(cache, 'huggingface'), 'hub'),
  ];
}

export interface FoundFile {
  path: string;
  bytes: number;
  /** Names under which it was met: those of links to it, too. */
  names: string[];
}

/**
 * All regular files below some folders, by size; links to files are followed, links to folders are
 * not. `enough` ends the walk early, with what was found until then.
 */
export async function filesBySize(
  folders: readonly string[],
  signal: AbortSignal,
  enough: () => boolean = () => false,
): Promise<Map<number, FoundFile[]>> {
  const bySize = new Map<number, FoundFile[]>();
  const seen = new Map<string, FoundFile>();
  let entries = 0;
  const walk = async (folder: string, depth: number): Promise<void> => {
    signal.throwIfAborted();
    if (enough()) return;
    const list = await readdir(folder, { withFileTypes: true }).catch(() => []);
    for (const entry of list) {
      entries += 1;
      if (entries > MOST_ENTRIES) return;
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        if (depth < DEEPEST) await walk(path, depth + 1);
        continue;
      }
      const real = await realpath(path).catch(() => null);
      const known = real === null ? undefined : seen.get(real);
      known?.names.push(entry.name);
      const info = real === null || known ? null : await stat(real).catch(() => null);
      if (real === null || !info?.isFile() || info.size === 0) continue;
      const found = { path: real, bytes: info.size, names: [entry.name] };
      seen.set(real, found);
      bySize.set(found.bytes, [...(bySize.get(found.bytes) ?? []), found]);
    }
  };
  for (const folder of folders) await walk(folder, 0);
  return bySize;
}

export type Reused =
  /** A second name or a copy, in the models folder. */
  | { kind: 'linked'; from: string }
  /** On another filesystem: its folder has to be mounted read-only. */
  | { kind: 'mount'; path: string; folder: string };

/**
 * Looks for a file with this size and hash, and puts it into its place without copying its bytes
 * (copy-on-write, else a hard link), or says which folder to mount. Null when there is none.
 * @param mayMount false: what is on another filesystem is copied, which beats fetching it again
 * @throws ErrnoException of the models folder, or the signal's reason
 */
export async function reuse(
  place: Place,
  wanted: { bytes: number; sha256: string },
  found: ReadonlyMap<number, FoundFile[]>,
  signal: AbortSignal,
  onProgress: (bytes: number) => void,
  mayMount = true,
): Promise<Reused | null> {
  const root = await realpath(place.folder).catch(() => place.folder);
  for (const { path } of found.get(wanted.bytes) ?? []) {
    const hash = await sha256Of(path, wanted.bytes, signal, onProgress).catch((error) => {
      if (signal.aborted) throw error;
      return null; // It went away, or may not be read.
    });
    if (hash !== wanted.sha256) continue;
    if (path.startsWith(root + sep) && path === place.path) continue;
    await makeRoom(place);
    if (await linked(path, place)) return { kind: 'linked', from: path };
    if (mayMount) return { kind: 'mount', path, folder: dirname(path) };
    if (await copied(path, place, wanted.sha256, signal)) return { kind: 'linked', from: path };
  }
  return null;
}

async function copied(
  from: string,
  place: Place,
  sha256: string,
  signal: AbortSignal,
): Promise<boolean> {
  const temporary = `${place.path}.copied-${process.pid}.part`;
  try {
    const to = createWriteStream(temporary, { flags: 'wx', flush: true, highWaterMark: 1 << 20 });
    await pipeline(createReadStream(from, { highWaterMark: 1 << 20 }), to, { signal });
    if ((await sha256Of(temporary, to.bytesWritten, signal)) !== sha256) return false;
    if (await lstat(place.path).catch(() => null)) return true;
    await rename(temporary, place.path);
    return true;
  } finally {
    await unlink(temporary).catch(() => undefined);
  }
}

async function linked(from: string, place: Place): Promise<boolean> {
  // A partial download keeps its name; this one is ours alone.
  const temporary = `${place.path}.reused-${process.pid}.part`;
  const put = async (make: () => Promise<void>): Promise<boolean> => {
    try {
      await make();
    } catch (error) {
      await unlink(temporary).catch(() => undefined);
      // Not on this filesystem, or not across two of them, or not for a file of somebody else.
      if (
        [
          'EXDEV',
          'ENOTSUP',
          'EOPNOTSUPP',
          'ENOSYS',
          'EINVAL',
          'ENOTTY',
          'EPERM',
          'EMLINK',
          'EACCES',
        ].includes((error as NodeJS.ErrnoException).code ?? '')
      ) {
        return false;
      }
      throw error;
    }
    if (await lstat(place.path).catch(() => null)) await unlink(temporary);
    else await rename(temporary, place.path);
    return true;
  };
  if (
    await put(() =>
      copyFile(from, temporary, constants.COPYFILE_FICLONE_FORCE | constants.COPYFILE_EXCL),
    )
  ) {
    return true;
  }
  return put(() => link(from, temporary));
}
