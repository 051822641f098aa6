import { access, chown, constants, mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type Docker from 'dockerode';
import { Failure } from '../contract/failure.ts';
import { labels } from '../contract/ids.ts';

export interface ContainerMount {
  /** A folder or one file of the person, or a named volume of the engine. */
  kind: 'folder' | 'file' | 'volume';
  /** Absolute path, or the volume's name. */
  source: string;
  /** Path in the container. */
  target: string;
  readOnly: boolean;
}

export interface Owner {
  uid: number | null;
  gid: number | null;
}

/**
 * Makes what is to be mounted, before the engine could: folders as the person (also under sudo),
 * volumes with our label. What is there stays as it is.
 * @returns the folders and volumes that were made
 * @throws Failure `mount-denied` when a folder cannot be made, or cannot be written and has to be
 */
export async function prepareMounts(
  mounts: readonly ContainerMount[],
  { owner, docker, profile }: { owner: Owner; docker: Docker; profile: string | null },
): Promise<string[]> {
  const made: string[] = [];
  for (const mount of mounts) {
    switch (mount.kind) {
      case 'folder':
        made.push(...(await prepareFolder(mount, owner)));
        break;
      case 'volume':
        made.push(...(await prepareVolume(mount, docker, profile)));
        break;
      case 'file':
        // A file is there or it is not: the engine would make a folder of its name.
        await access(mount.source, constants.R_OK).catch((error: Error) => {
          throw mountDenied(mount.source, error.message);
        });
        break;
      default:
        mount.kind satisfies never;
    }
  }
  return made;
}

async function prepareFolder(mount: ContainerMount, owner: Owner): Promise<string[]> {
  try {
    const made = await makeFolder(mount.source, owner);
    await mayUse(mount.source, owner, !mount.readOnly);
    return made;
  } catch (error) {
    throw mountDenied(mount.source, error instanceof Error ? error.message : String(error));
  }
}

/** Throws when the owner may not list the folder, or write into it where that is needed. */
async function mayUse(path: string, owner: Owner, write: boolean): Promise<void> {
  if (process.getuid?.() !== 0 || !owner.uid) {
    const mode = constants.R_OK | constants.X_OK | (write ? constants.W_OK : 0);
    return access(path, mode);
  }
  // Under sudo access() answers for root; the container runs as the person.
  const { uid, gid, mode } = await stat(path);
  const shift = uid === owner.uid ? 6 : gid === owner.gid ? 3 : 0;
  const needed = write ? 0o7 : 0o5;
  if (((mode >> shift) & needed) !== needed) {
    throw new Error(`${path} belongs to uid ${uid} with mode ${(mode & 0o777).toString(8)}`);
  }
}

/** Like mkdir -p; every folder that it had to make belongs to the owner. */
async function makeFolder(path: string, owner: Owner): Promise<string[]> {
  const first = await mkdir(path, { recursive: true });
  if (first === undefined) {
    if (!(await stat(path)).isDirectory()) throw new Error(`${path} is not a folder`);
    return [];
  }
  const made = [path];
  for (let at = path; at !== first; ) {
    at = dirname(at);
    made.push(at);
  }
  const { uid, gid } = owner;
  if (process.getuid?.() === 0 && uid !== null && gid !== null) {
    for (const folder of made) await chown(folder, uid, gid);
  }
  return made;
}

async function prepareVolume(
  mount: ContainerMount,
  docker: Docker,
  profile: string | null,
): Promise<string[]> {
  const there = await docker
    .getVolume(mount.source)
    .inspect()
    .catch((error: { statusCode?: number }) => {
      if (error.statusCode === 404) return null;
      throw error;
    });
  if (there) return [];
  await docker.createVolume({
    Name: mount.source,
    Labels: { [labels.role]: 'models', ...(profile === null ? {} : { [labels.profile]: profile }) },
  });
  return [mount.source];
}

/** A folder that the container cannot have. */
export function mountDenied(path: string, proof: string): Failure {
  return new Failure({
    code: 'mount-denied',
    sentence: `The folder ${path} cannot be given to the container.`,
    proof,
    phase: 'launch',
    fixes: [{ label: `Choose another folder, or make ${path} writable for yourself` }],
  });
}
