import type { CleanItem } from '../../src/contract/clean.ts';
import type { RunBackground } from './background.ts';

/** Room that can be made while a run goes on. */
export interface FreeSpace {
  /** What can go, the largest first; nothing that the run stands on. Looks only. */
  look(runId: string): Promise<readonly CleanItem[]>;
  /** Removes exactly these; what does not go is said. */
  remove(items: readonly CleanItem[]): Promise<{
    removed: readonly CleanItem[];
    failed: readonly { item: CleanItem; why: string }[];
  }>;
}

/** What the page of a run can do besides showing its events; each is absent where it cannot. */
export interface RunWorld {
  /** What is known of a run beside its events. */
  background?(runId: string): Promise<RunBackground>;
  /** The whole build log in the person's pager, until they leave it. Gives why it could not. */
  page?(runId: string): Promise<string | null>;
  /** A notification on the desktop, where there is one. */
  tellDesktop?(text: string): void;
  freeSpace?: FreeSpace;
}
