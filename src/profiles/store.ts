import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Choices } from '../contract/choices.ts';
import { Failure, UsageError } from '../contract/failure.ts';
import { PROFILE_SCHEMA, type Profile, profileNameSchema } from '../contract/profile.ts';
import type { Clock } from '../ports/clock.ts';
import { findProfile, type ProfilesOf, profilePath } from './find-profile.ts';
import { withLock } from './lock.ts';
import { migrateProfile } from './migrate-profile.ts';
import { movePins, removePins } from './pins-store.ts';
import { places } from './places.ts';
import { readProfile } from './read-profile.ts';

export interface Saved {
  profile: Profile;
  path: string;
  /** An unusable file of that name was kept here. */
  aside: string | null;
}

/** The profiles of one person: all that writes, each under one lock. Reading is find-profile.ts. */
export class ProfileStore {
  readonly #of: ProfilesOf;
  readonly #clock: Clock;

  constructor(of: ProfilesOf, clock: Clock) {
    this.#of = of;
    this.#clock = clock;
  }

  /**
   * Saves choices under a name, over an own profile of that name.
   * @throws UsageError for a name that is none, Failure `profile-token` when a token stands in the choices
   */
  async save(name: string, choices: Choices, description?: string): Promise<Saved> {
    checkName(name);
    refuseTokens(choices);
    return this.#locked(async (write) => {
      const before = readProfile(profilePath(name, this.#of));
      const old = before.state === 'read' ? before.profile : null;
      const now = this.#clock.now().toISOString();
      const words = description ?? old?.description;
      return write({
        schema: PROFILE_SCHEMA,
        name,
        ...(words === undefined ? {} : { description: words }),
        choices,
        createdAt: old?.createdAt ?? now,
        updatedAt: now,
      });
    });
  }

  /** Copies a profile, own or shipped, to a name that is free. */
  async copy(from: string, to: string): Promise<Saved> {
    checkName(to);
    const { profile } = findProfile(from, this.#of);
    return this.#locked((write) => {
      this.#mustBeFree(to);
      const now = this.#clock.now().toISOString();
      return write({ ...profile, name: to, createdAt: now, updatedAt: now });
    });
  }

  /** Renames an own profile; the default follows it. */
  async rename(from: string, to: string): Promise<Saved> {
    checkName(to);
    const path = this.#ownPath(from);
    return this.#locked(async (write) => {
      this.#mustBeFree(to);
      const { profile } = findProfile(from, this.#of);
      const saved = await write({ ...profile, name: to });
      rmSync(path, { force: true });
      movePins(from, to, this.#of);
      if (this.default() === from) this.#writeDefault(to);
      return saved;
    });
  }

  /** Deletes an own profile; a shipped one of that name is seen again. */
  async delete(name: string): Promise<string> {
    const path = this.#ownPath(name);
    return this.#locked(() => {
      rmSync(path, { force: true });
      removePins(name, this.#of);
      if (this.default() === name) this.#writeDefault(null);
      return path;
    });
  }

  /** Writes a profile to a file that is not there yet. */
  export(name: string, file: string): string {
    const { profile } = findProfile(name, this.#of);
    const path =
      existsSync(file) && statSync(file).isDirectory() ? join(file, `${name}.json`) : file;
    try {
      writeFileSync(path, `${JSON.stringify(profile, null, 2)}\n`, { flag: 'wx', mode: 0o600 });
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EEXIST') throw new UsageError(`${path} is there already; nothing was written.`);
      throw new UsageError(`${path} cannot be written (${code}).`);
    }
    return path;
  }

  /** Takes a file in as a profile: checked and migrated; under its own name or the one given. */
  async import(file: string, as?: string): Promise<Saved> {
    let raw: unknown;
    try {
      raw = JSON.parse(readFileSync(file, 'utf8'));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw new UsageError(code ? `${file} cannot be read (${code}).` : `${file} is not JSON.`);
    }
    const inside = (raw as { name?: unknown } | null)?.name;
    const name = as ?? (typeof inside === 'string' ? inside : basename(file, '.json'));
    checkName(name);
    const migrated = migrateProfile(raw, name);
    if (!migrated.ok) throw new UsageError(`${file} is not usable: ${migrated.sentence}.`);
    refuseTokens(migrated.profile.choices);
    return this.#locked((write) => {
      this.#mustBeFree(name);
      return write(migrated.profile);
    });
  }

  /** Name of the default profile, null when none was set. */
  default(): string | null {
    try {
      const name = JSON.parse(readFileSync(this.#defaultPath(), 'utf8')).default;
      return profileNameSchema.safeParse(name).success ? name : null;
    } catch {
      return null;
    }
  }

  /** Makes a profile, own or shipped, the default. */
  async setDefault(name: string): Promise<void> {
    findProfile(name, this.#of);
    await this.#locked(() => this.#writeDefault(name));
  }

  async #locked<T>(work: (write: (profile: Profile) => Saved) => T | Promise<T>): Promise<T> {
    const { writeProfile } = await import('./write-profile.ts');
    const lock = join(places(this.#of.env, this.#of.home).profiles, '.lock');
    const write = (profile: Profile): Saved => {
      const path = profilePath(profile.name, this.#of);
      return { profile, path, aside: writeProfile(path, profile, this.#clock.now()) };
    };
    return withLock(lock, this.#clock, () => work(write));
  }

  #ownPath(name: string): string {
    checkName(name);
    const path = profilePath(name, this.#of);
    if (existsSync(path)) return path;
    const { origin } = findProfile(name, this.#of);
    throw new UsageError(`The profile \`${name}\` is ${origin}: it can be copied, not changed.`);
  }

  #mustBeFree(name: string): void {
    if (!existsSync(profilePath(name, this.#of))) return;
    throw new UsageError(`A profile \`${name}\` is there already; nothing was changed.`);
  }

  #defaultPath(): string {
    return join(places(this.#of.env, this.#of.home).profiles, '.default');
  }

  #writeDefault(name: string | null): void {
    if (name === null) rmSync(this.#defaultPath(), { force: true });
    else
      writeFileSync(this.#defaultPath(), `${JSON.stringify({ default: name })}\n`, { mode: 0o600 });
  }
}

function checkName(name: string): void {
  if (profileNameSchema.safeParse(name).success) return;
  throw new UsageError(`A profile name has a-z, 0-9, dot, dash and underscore, not \`${name}\`.`);
}

/** Tokens as the services write them, and credentials in an address. */
const TOKENS =
  /\bhf_[A-Za-z0-9]{16,}|\brpa_[A-Za-z0-9]{16,}|\bgh[pousr]_[A-Za-z0-9]{20,}|:\/\/[^/\s:@]+:[^/\s@]+@/;

function refuseTokens(choices: Choices): void {
  for (const [key, value] of Object.entries(choices)) {
    if (!TOKENS.test(JSON.stringify(value))) continue;
    throw new Failure({
      code: 'profile-token',
      sentence: `The choice \`${key}\` holds a token or a password; a profile never keeps one.`,
      cause:
        "Profiles are shared and exported; tokens belong in HF_TOKEN, RUNPOD_API_KEY or the hub's own token file.",
    });
  }
}
