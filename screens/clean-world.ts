import type { CleanItem } from '../src/contract/clean.ts';
import type { Offer } from '../src/troubleshoot/fixes/types.ts';

export interface Removables {
  items: readonly CleanItem[];
  /** Build cache that a retry needs: not offered. */
  keptCacheBytes: number;
  /** Why the engine could not be asked; null where it answered. */
  note: string | null;
}

/** What the pages of the clean-up need of the world; loaded when they are first shown. */
export interface CleanWorld {
  /** All that could be removed. Looks only. */
  look(): Promise<Removables>;
  /** The removal of exactly these, to be agreed to on a page of its own. */
  offer(items: readonly CleanItem[]): Offer;
}
