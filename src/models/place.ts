import { constants } from 'node:fs';
import { access, lstat, mkdir, realpath, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { exitCodes } from '../contract/exit-codes.ts';
import type { Failure } from '../contract/failure.ts';
import { sanitiseLine } from '../text/sanitise.ts';
import { folderIsNone, modelsFailure } from './failures.ts';

/** Endings that we use beside a file; no model may have one. */
export const PART = '.part';
export const STATE = '.part.state';
export const LOCK = '.part.lock';
const ours = /\.part(\.state|\.lock|\.lock\.steal)?$/;

/** A lock of ours, or the claim of one who takes a dead lock away. */
export function isLock(name: string): boolean {
  return /\.part\.lock(\.steal)?$/.test(name);
}

/** Who gave a name: a manifest, which may come from anywhere, or a person on the command line. */
export type NameGivenBy = 'manifest' | 'person';

/**
 * A name below a folder, as a person sees it: nothing in it is invisible or turns its direction.
 * @throws Failure models-name-escapes
 */
export function safeName(file: string, by: NameGivenBy = 'manifest'): string {
  const parts = file.split('/');
  const bad =
    file === '' ||
    file.length > 1000 ||
    /[\u0000-\u001f\u007f\\:*?"<>|]/.test(file) ||
    ours.test(file) ||
    sanitiseLine(file) !== file ||
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
    throw badName(shownName(file), by);
  }
  return parts.join('/');
}

function badName(shown: string, by: NameGivenBy): Failure {
  if (by === 'manifest') {
    return modelsFailure(
      'models-name-escapes',
      `The manifest names a file that does not belong in a models folder: ${shown}.`,
      { proof: shown, fixes: [{ label: 'Use a manifest that you trust' }] },
    );
  }
  return modelsFailure(
    'models-name-escapes',
    `${shown} is no name of a model: names are relative to the models folder, as models list shows them.`,
    {
      proof: shown,
      exitCode: exitCodes.usage,
      fixes: [{ label: 'See the names', command: 'steadydancer models list' }],
    },
  );
}

/** A name in quotes, with code points (\u202e) for what a terminal would act upon or hide. */
export function shownName(name: string, most = 300): string {
  const short = name.length > most ? `${name.slice(0, most)}…` : name;
  return JSON.stringify(short).replace(
    /[\p{C}\p{Variation_Selector}\u2028\u2029]|\u034f/gu,
    (char) => {
      const hex = (char.codePointAt(0) as number).toString(16);
      return hex.length > 4 ? `\\u{${hex}}` : `\\u${hex.padStart(4, '0')}`;
    },
  );
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
export async function placeOf(
  folder: string,
  name: string,
  by: NameGivenBy = 'manifest',
): Promise<Place> {
  const file = safeName(name, by);
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

/**
 * Where a file stands in the place of a folder, nothing can be put below it.
 * @throws Failure models-folder-not-folder
 */
export async function refuseFileInTheWay(place: Place): Promise<void> {
  const at = await nearest(dirname(place.path));
  const found = await stat(at).catch((error: NodeJS.ErrnoException) => error);
  if (found instanceof Error) {
    // A link to nothing, or one in a circle; what may not be looked at says so when it is written.
    if (['ENOENT', 'ELOOP'].includes(found.code ?? '')) throw folderIsNone(at, found.message);
  } else if (!found.isDirectory()) throw folderIsNone(at, `${at}: not a directory`);
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
