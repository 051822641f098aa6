import { access, constants, stat, statfs } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { DiskPlace } from '../contract/ids.ts';
import { expandHome } from '../ports/expand-home.ts';
import { withTimeLimit } from '../ports/time-limit.ts';
import type { DiskFact, EngineState, Host } from './types.ts';

export interface DiskInquiry {
  /** Folders to look at; `~` is the person's home. A folder need not exist yet. */
  places: Partial<Record<DiskPlace, string>>;
  host: Host;
  root?: string;
  /** Time for one place (a network folder may hang). Default 2,000 ms. */
  timeoutMs?: number;
  signal?: AbortSignal | undefined;
}

/** Free space of each place, in the order asked. What gives no answer is null. */
export async function observeDisk(inquiry: DiskInquiry): Promise<DiskFact[]> {
  const { places, host, root = '', timeoutMs = 2_000, signal } = inquiry;
  const drive = host.wslDistro === null ? null : await windowsDrive(root);
  return Promise.all(
    Object.entries(places).map(async ([place, given]) => {
      const path = resolve(expandHome(given, host.home));
      const unknown = unseen(place as DiskPlace, path);
      const fact = await withTimeLimit(() => measure(place as DiskPlace, path), {
        timeoutMs,
        signal,
      }).catch(() => {
        signal?.throwIfAborted();
        return unknown;
      });
      return drive && !path.startsWith('/mnt/') ? behindVirtualDisk(fact, drive) : fact;
    }),
  );
}

/**
 * The engine's own place. Seen only where the engine is a process of this very machine: Desktop's is
 * inside a virtual machine, and a remote one's path belongs to that computer.
 */
export async function observeEngineDisk(
  engine: EngineState,
  inquiry: Omit<DiskInquiry, 'places'>,
): Promise<DiskFact[]> {
  if (engine.state !== 'ready') return [];
  const { rootDir, desktop, endpoint } = engine;
  if (endpoint.remote || endpoint.url.startsWith('tcp:') || rootDir === '') {
    return [unseen('docker', rootDir)];
  }
  if (desktop) {
    const drive = inquiry.host.wslDistro === null ? null : await windowsDrive(inquiry.root ?? '');
    const fact = unseen('docker', rootDir);
    return [drive ? behindVirtualDisk(fact, drive) : fact];
  }
  // Only root may look into /var/lib/docker: its parent is on the same disk unless it is a mount.
  const [fact] = await observeDisk({ ...inquiry, places: { docker: rootDir } });
  return fact ? [{ ...fact, path: rootDir, writable: true }] : [];
}

function unseen(place: DiskPlace, path: string): DiskFact {
  return {
    place,
    path,
    freeBytes: null,
    totalBytes: null,
    freeInodes: null,
    filesystem: null,
    writable: true,
  };
}

async function measure(place: DiskPlace, path: string): Promise<DiskFact> {
  const existing = await nearestExisting(path);
  const [space, { dev }, writable] = await Promise.all([
    statfs(existing),
    stat(existing),
    access(existing, constants.W_OK).then(
      () => true,
      () => false,
    ),
  ]);
  return {
    place,
    path,
    // bavail, not bfree: what root keeps for itself is of no use to anyone else.
    freeBytes: space.bavail * space.bsize,
    totalBytes: space.blocks * space.bsize,
    // btrfs and drvfs count no inodes and say 0 of 0.
    freeInodes: space.files === 0 ? null : space.ffree,
    filesystem: String(dev),
    writable,
  };
}

/** The folder itself or the nearest one above it that exists (and can be looked at). */
export async function nearestExisting(path: string): Promise<string> {
  for (let at = path; ; at = dirname(at)) {
    const found = await stat(at).then(
      () => true,
      () => false,
    );
    if (found || at === dirname(at)) return at;
  }
}

interface Drive {
  name: string;
  freeBytes: number;
  totalBytes: number;
}

/** C: as Windows has it. The virtual disks of WSL and of Docker lie there unless they were moved. */
async function windowsDrive(root: string): Promise<Drive | null> {
  try {
    const space = await withTimeLimit(() => statfs(`${root}/mnt/c`), { timeoutMs: 1_000 });
    return {
      name: 'C:',
      freeBytes: space.bavail * space.bsize,
      totalBytes: space.blocks * space.bsize,
    };
  } catch {
    return null;
  }
}

/**
 * A Linux disk of WSL is a file on C: that grows; its own size is about 1 TB and not real
 * (microsoft/WSL#14120, #7361). What counts is the smaller one, and all of them share C:.
 */
function behindVirtualDisk(fact: DiskFact, drive: Drive): DiskFact {
  return {
    ...fact,
    freeBytes: Math.min(fact.freeBytes ?? drive.freeBytes, drive.freeBytes),
    totalBytes: Math.min(fact.totalBytes ?? drive.totalBytes, drive.totalBytes),
    filesystem: `drive ${drive.name}`,
    drive: { name: drive.name, reportedFreeBytes: fact.freeBytes },
  };
}
