import type { RunBackground } from './background.ts';

/** What the page of a run can do besides showing its events; each is absent where it cannot. */
export interface RunWorld {
  /** What is known of a run beside its events. */
  background?(runId: string): Promise<RunBackground>;
  /** The whole build log in the person's pager, until they leave it. Gives why it could not. */
  page?(runId: string): Promise<string | null>;
  /** A notification on the desktop, where there is one. */
  tellDesktop?(text: string): void;
}
