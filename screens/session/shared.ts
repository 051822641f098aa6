import type { RunDeps, WizardDeps } from '../deps.ts';
import type { Outcome, SessionOptions } from '../outcome.ts';
import type { HandOver } from '../road-walk.ts';
import type { RunFeed } from '../run-feed.ts';
import type { Store } from './store.ts';

/** What the parts of a session have in common. */
export interface Shared {
  readonly store: Store;
  readonly feed: RunFeed;
  readonly deps: RunDeps;
  /** Null where only a run is looked at. */
  readonly wizard: WizardDeps | null;
  readonly options: SessionOptions;
  /** Aborted when the screens go. */
  readonly stop: AbortController;
  /** Closes the screens; the first call counts. */
  readonly close: (outcome: Outcome) => void;
  /** Does something on the main screen and comes back. */
  readonly handOver: HandOver;
}
