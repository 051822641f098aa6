import { closeSync, openSync, readFileSync, readlinkSync, writeSync } from 'node:fs';
import { stat, unlink, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { z } from 'zod';
import type { Clock } from '../ports/clock.ts';

const ownerSchema = z.object({
  pid: z.int().positive(),
  /** Tells a process from a later one with the same number. */
  startedAt: z.string().nullable(),
  /** Process numbers mean something only within one boot of one machine, in one pid namespace. */
  where: z.string(),
});
type Owner = z.infer<typeof ownerSchema>;

const HEARTBEAT_MS = 5_000;
/** A holder elsewhere whose heartbeat is not seen for so long is taken for dead. */
const SILENT_MS = 60_000;

export interface FileLock {
  release(): Promise<void>;
}

/** `/proc` of Linux; elsewhere there is none, and only heartbeats count. */
function procText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

/** Of this boot of the machine; null where the system does not tell. */
export function bootId(): string | null {
  return procText('/proc/sys/kernel/random/boot_id')?.trim() ?? null;
}

function startOf(pid: number): string | null {
  // The name of the program stands in brackets and may hold anything; field 22 counts from its end.
  return procText(`/proc/${pid}/stat`)?.replace(/^.*\)/s, '').trim().split(' ')[19] ?? null;
}

function here(): string {
  let namespace = '';
  try {
    namespace = readlinkSync('/proc/self/ns/pid');
  } catch {
    // Not Linux.
  }
  return `${hostname()} ${bootId() ?? ''} ${namespace}`;
}

function self(): Owner {
  return { pid: process.pid, startedAt: startOf(process.pid), where: here() };
}

function create(path: string): boolean {
  try {
    const fd = openSync(path, 'wx', 0o644);
    writeSync(fd, JSON.stringify(self()));
    closeSync(fd);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function ownerOf(path: string): Owner | null {
  try {
    return ownerSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return null;
  }
}

function isDead(owner: Owner): boolean {
  if (owner.where !== here()) return false;
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
  return owner.startedAt !== null && startOf(owner.pid) !== owner.startedAt;
}

/**
 * Waits until this process alone holds the lock file. A lock whose owner is dead is taken over: at
 * once when the owner was a process of this machine, else when its heartbeat has stopped.
 * @throws the error of the file system, or the signal's reason
 */
export async function lockFile(
  path: string,
  clock: Clock,
  signal: AbortSignal,
  onWait: () => void = () => undefined,
): Promise<FileLock> {
  let seen: { mtimeMs: number; atMs: number } | null = null;
  for (let pollMs = 20; ; pollMs = Math.min(1_000, pollMs * 2)) {
    signal.throwIfAborted();
    if (create(path)) return held(path);
    const mtimeMs = (await stat(path).catch(() => null))?.mtimeMs ?? 0;
    if (!seen || seen.mtimeMs !== mtimeMs) seen = { mtimeMs, atMs: clock.monotonicMs() };
    const silent = clock.monotonicMs() - seen.atMs > SILENT_MS;
    const owner = ownerOf(path);
    if ((owner && isDead(owner)) || silent) {
      await takeAway(path, silent);
      continue;
    }
    onWait();
    await clock.sleep(pollMs, signal);
  }
}

/** Removes a dead lock. Only one process does so at a time, and looks again before it does. */
async function takeAway(path: string, silent: boolean): Promise<void> {
  const claim = `${path}.steal`;
  if (!create(claim)) {
    const other = ownerOf(claim);
    if (other === null || isDead(other) || silent) await unlink(claim).catch(() => undefined);
    return;
  }
  try {
    const owner = ownerOf(path);
    if (silent || (owner && isDead(owner))) await unlink(path).catch(() => undefined);
  } finally {
    await unlink(claim).catch(() => undefined);
  }
}

function held(path: string): FileLock {
  const heartbeat = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => undefined);
  }, HEARTBEAT_MS);
  heartbeat.unref();
  return {
    release: async () => {
      clearInterval(heartbeat);
      await unlink(path).catch(() => undefined);
    },
  };
}
