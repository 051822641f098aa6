import type { Asked } from './deps.ts';

/** What is left when the screens are gone. */
export interface Outcome {
  exitCode: number;
  lines: string[];
  /** The wizard has to go on with this under group docker, where it can reach the engine. */
  underGroup?: Asked;
}

export interface SessionOptions {
  /** The run was started here: SIGTERM stops it. */
  owns: boolean;
  /** The screens go when the run has ended, without a key. */
  closes: boolean;
}
