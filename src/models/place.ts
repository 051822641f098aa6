import { constants } from 'node:fs';
import { access, lstat, mkdir, realpath } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { modelsFailure } from './failures.ts';

/** Endings that we use beside a file; no model may have one. */
export const PART = '.part';
export const STATE = '.part.state';
export const LOCK = '.part.lock';
const ours = /\.part(\.state|\.lock|\.lock\.steal)?$/;

/** A lock of ours, or the claim of one who takes a dead lock away. */
export function isLock(name: string): boolean {
  return /\.part\.lock(\.steal)?$/.test(name);
}

/**
 * The names of a manifest, which may come from anywhere, as names below a folder.
 * @throws Failure models-name-escapes
 */
export function safeName(file: string): string {
  const parts = file.split('/');
  const bad =
    file === '' ||
    file.length > 1000 ||
    /[\u0000-\u001f\u007f\\:*?"<>|]/.test(file) ||
    ours.test(file) ||
    parts.some(
      (part) =>
        part === '' ||
        part === '.' ||
        part === '..' ||
        part.startsWith('.') ||
        Buffer.byteLength(part) > 200 ||
        /[. ]$/.test(part),
    );
  if (bad) {
    throw modelsFailure(
      'models-name-escapes',
      `The manifest names a file that does not belong in a models folder: ${JSON.stringify(file)}.`,
      { proof: file, fixes: [{ label: 'Use a manifest that you trust' }] },
    );
  }
  return parts.join('/');
}

/** A place for one file, proved to lie inside the models folder. */
export interface Place {
  folder: string;
  file: string;
  path: string;
  part: string;
  state: string;
  lock: string;
}

/**
 * The place of a file. Links below the folder are followed only where they stay inside: a link that
 * leaves it would write elsewhere, and is dead in a container that mounts the folder.
 * @throws Failure models-name-escapes, models-link-escapes
 */
export async function placeOf(folder: string, name: string): Promise<Place> {
  const file = safeName(name);
  const path = join(folder, ...file.split('/'));
  await refuseEscapingLinks(folder, path);
  return { folder, file, path, part: path + PART, state: path + STATE, lock: path + LOCK };
}

/**
 * Makes the folders of a place, and looks again: one may have become a link in the meantime.
 * @throws ErrnoException, Failure models-link-escapes
 */
export async function makeRoom(place: Place): Promise<void> {
  await mkdir(dirname(place.path), { recursive: true }).catch(async (error) => {
    // Node says ENOENT on a read-only filesystem; the folder that is there says why.
    await access(await nearest(dirname(place.path)), constants.W_OK);
    throw error;
  });
  await refuseEscapingLinks(place.folder, place.path);
}

async function nearest(folder: string): Promise<string> {
  const there = await lstat(folder).catch(() => null);
  return there || dirname(folder) === folder ? folder : nearest(dirname(folder));
}

async function refuseEscapingLinks(folder: string, path: string): Promise<void> {
  const root = await realpath(folder).catch(() => null);
  if (root === null) return; // It is made later, by us.
  let at = folder;
  for (const step of relative(folder, path).split(sep)) {
    at = join(at, step);
    const stat = await lstat(at).catch(() => null);
    if (!stat) return;
    if (!stat.isSymbolicLink()) continue;
    const target = await realpath(at).catch(() => null);
    if (target !== null && (target === root || target.startsWith(root + sep))) continue;
    throw modelsFailure(
      'models-link-escapes',
      `${at} is a link out of the models folder, which a container cannot follow.`,
      {
        proof: `${at} -> ${target ?? 'nothing'}`,
        fixes: [{ label: 'Name the folder that it points to as a place to reuse models from' }],
      },
    );
  }
}
