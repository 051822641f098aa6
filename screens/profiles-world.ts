import type { Choices } from '../src/contract/choices.ts';
import type { ListedProfile } from '../src/contract/profile.ts';
import type { LastRun } from '../src/runner/last-run.ts';

/** A profile as the page lists it. */
export interface ProfileRow extends ListedProfile {
  /** The newest run under its name; null where there is none. */
  last: Pick<LastRun, 'id' | 'startedAt' | 'state' | 'summary'> | null;
}

export interface ProfilesSeen {
  /** Own ones first. */
  rows: readonly ProfileRow[];
  /** Files that are no usable profile: kept as they are, and named. */
  problems: readonly { path: string; text: string }[];
}

/**
 * What the pages of profiles need of the world; loaded when the first of them is shown. What writes
 * throws a Failure or a UsageError in one sentence, and then nothing was changed.
 */
export interface ProfilesWorld {
  list(): Promise<ProfilesSeen>;
  copy(from: string, to: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** Gives the file that is gone. */
  delete(name: string): Promise<string>;
  setDefault(name: string): Promise<void>;
  /** Gives the file that was written; one that is there already is not written over. */
  export(name: string, file: string): Promise<string>;
  /** Gives the name that it has here. */
  import(file: string): Promise<string>;
  save(name: string, choices: Choices): Promise<void>;
  /** What a run was planned with; null where it kept no plan. */
  choicesOfRun(runId: string): Promise<Choices | null>;
}
