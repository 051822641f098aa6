import type { Fix } from '../contract/diagnosis.ts';
import type { PhaseId } from '../contract/ids.ts';

/**
 * How deep in the chain of causes a class stands. A full disk (`root`) explains a compiler error
 * (`specific`), which explains a wheel that could not be built (`effect`), which explains a failed
 * step (`generic`): the deepest one is the diagnosis.
 */
export type Tier = 'root' | 'specific' | 'effect' | 'generic';

/** The shape of one message, tried on a line without colours, timestamps and step numbers. */
export interface Pattern {
  line: RegExp;
  /** The line is something else when this matches it. */
  unless?: RegExp;
  /** Must match somewhere from 40 lines above to 12 lines below. */
  near?: RegExp;
  /** Must match nowhere in that window. */
  notNear?: RegExp;
  /** The program goes on after it: a later sign of success takes it back. */
  soft?: boolean;
  /** Ends one prompt of ComfyUI: a later one that was executed takes it back. */
  onePrompt?: boolean;
  /** Does its damage though the step goes on to a good end: nothing takes it back. */
  silent?: boolean;
  /** How sure this pattern alone makes; 0..1, by default 0.9. */
  confidence?: number;
}

export interface FailureClass {
  /** Kebab-case, area first. */
  code: string;
  title: string;
  /** Where in a run it usually happens; null when it can be anywhere. */
  phase: PhaseId | null;
  tier: Tier;
  cause: string;
  /** Added to the cause; `{1}` is the first group of the pattern that matched. */
  detail?: string;
  fixes: Fix[];
  /** Offered only where the line that proves it matches. */
  fixesWhere?: { line: RegExp; fixes: Fix[] };
  /** Where the message is known from. */
  source: string;
  patterns: (RegExp | Pattern)[];
  /** Codes that this one causes, where the tiers alone do not say so. */
  explains?: string[];
}

/** One line that matched a pattern. */
export interface Hit {
  code: string;
  pattern: Pattern;
  /** 1-based, in the file as given. */
  line: number;
  /** The line as it stands in the file; not yet fit for a terminal. */
  text: string;
  /** Groups of the match, from 1. */
  groups: (string | undefined)[];
  /** BuildKit's step number where the log has them. */
  step?: string;
  /** Running number among all lines, for order where several lines share one file line. */
  order: number;
}
