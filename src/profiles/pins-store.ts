import { chmodSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Failure } from '../contract/failure.ts';
import { type Pins, type PinsFile, type ProvedPins, pinsFileSchema } from '../contract/update.ts';
import type { Clock } from '../ports/clock.ts';
import { makeFolder } from '../ports/make-folder.ts';
import type { ProfilesOf } from './find-profile.ts';
import { withLock } from './lock.ts';
import { places } from './places.ts';

/** Where choices without a profile keep theirs. */
const NO_PROFILE = 'steadydancer';
/** Sets of pins that one can go back to. */
const KEPT = 5;

/** What is in force where nothing was ever updated. */
export const asShipped: ProvedPins = {
  pins: null,
  image: null,
  planDigest: null,
  provedAt: null,
  runId: null,
};

export function pinsPath(profile: string | null, { env, home }: ProfilesOf): string {
  return join(places(env, home).profiles, 'pins', `${profile ?? NO_PROFILE}.json`);
}

/**
 * The proved pins of a profile; as shipped where none were updated.
 * @throws Failure `pins-unreadable`: building other commits than somebody proved would go unseen
 */
export function readPinsFile(profile: string | null, of: ProfilesOf): PinsFile {
  const path = pinsPath(profile, of);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return { v: 1, current: asShipped, earlier: [] };
    throw unreadable(path, (error as Error).message);
  }
  try {
    return pinsFileSchema.parse(JSON.parse(text));
  } catch (error) {
    throw unreadable(path, (error as Error).message.split('\n')[0] ?? '');
  }
}

/** The pins alone, for a plan. */
export function readPins(profile: string | null, of: ProfilesOf): Pins | null {
  return readPinsFile(profile, of).current.pins;
}

/** Takes a set into force; what was before can be gone back to. Atomic, mode 0600. */
export async function takePins(
  profile: string | null,
  of: ProfilesOf,
  next: ProvedPins,
  before: ProvedPins,
  clock: Clock,
): Promise<PinsFile> {
  return locked(of, clock, () => {
    const { earlier } = readPinsFile(profile, of);
    return write(profile, of, {
      v: 1,
      current: next,
      earlier: [before, ...earlier].slice(0, KEPT),
    });
  });
}

/** Returns to the set before; null where there is none. */
export async function goBack(
  profile: string | null,
  of: ProfilesOf,
  clock: Clock,
): Promise<PinsFile | null> {
  return locked(of, clock, () => {
    const { earlier } = readPinsFile(profile, of);
    const [current, ...rest] = earlier;
    return current ? write(profile, of, { v: 1, current, earlier: rest }) : null;
  });
}

/** A profile's pins go with it: under its lock, which the caller holds. */
export function movePins(from: string, to: string, of: ProfilesOf): void {
  if (existsSync(pinsPath(from, of))) renameSync(pinsPath(from, of), pinsPath(to, of));
}

/** A later profile of that name begins with what is shipped. */
export function removePins(profile: string, of: ProfilesOf): void {
  rmSync(pinsPath(profile, of), { force: true });
}

function locked<T>(of: ProfilesOf, clock: Clock, work: () => T): Promise<T> {
  return withLock(join(places(of.env, of.home).profiles, '.lock'), clock, work);
}

function write(profile: string | null, of: ProfilesOf, file: PinsFile): PinsFile {
  const path = pinsPath(profile, of);
  makeFolder(dirname(path));
  const fresh = `${path}.${process.pid}.new`;
  try {
    writeFileSync(fresh, `${JSON.stringify(file, null, 2)}\n`, { mode: 0o600 });
    chmodSync(fresh, 0o600);
    renameSync(fresh, path);
  } finally {
    rmSync(fresh, { force: true });
  }
  return file;
}

function unreadable(path: string, proof: string): Failure {
  return new Failure({
    code: 'pins-unreadable',
    sentence: `The updated pins at ${path} are not usable.`,
    proof,
    phase: 'prepare',
    fixes: [{ label: 'Build as shipped: remove them', command: `rm '${path}'` }],
  });
}
