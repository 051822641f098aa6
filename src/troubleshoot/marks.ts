import type { FailureClass } from './types.ts';

export const marks = {
  stepDone: '~step-done',
  stepFailed: '~step-failed',
  stepCanceled: '~step-canceled',
  /** The image is there. */
  built: '~built',
  /** A download or an installation came through: what it complained about before is over. */
  progress: '~progress',
  /** ComfyUI is through with a prompt, well or not. */
  executed: '~executed',
  /** ComfyUI answers. ("Prompt executed in" is no good sign: it is printed after errors too.) */
  ready: '~ready',
  /** Something ended badly. */
  failed: '~failed',
  suspicious: '~suspicious',
} as const;
export type Mark = (typeof marks)[keyof typeof marks];

const mark = (code: Mark, ...patterns: RegExp[]): FailureClass => ({
  code,
  title: '',
  phase: null,
  tier: 'generic',
  cause: '',
  fixes: [],
  source: '',
  patterns,
});

/**
 * Lines that are no failures but say how something ended. Sources: moby/buildkit
 * util/progress/progressui/printer.go (steps), the programs' own closing lines.
 */
export const markClasses: FailureClass[] = [
  mark(marks.stepDone, /^DONE(?: \d|$)/, /^CACHED$/),
  mark(marks.stepFailed, /^ERROR: /),
  mark(marks.stepCanceled, /^CANCELED\b/),
  mark(
    marks.built,
    /^Successfully (?:built|tagged) \S/,
    /naming to \S+(?: \d[\d.]*s)?(?: done)?$/,
    /COMMIT \S+:\S+$/,
    /\bBuild (?:succeeded|completed successfully)\b/i,
    /^(?:##\[section\])?Finishing: Build/,
  ),
  mark(
    marks.progress,
    /Successfully installed \S/,
    /^Installed \d+ packages? in /,
    /Resolving deltas: 100%/,
    /Status: (?:Downloaded newer image|Image is up to date)/,
    /(?:saved|gespeichert) \[\d/,
    /(?:attempt|retry|try) ?#?\d* (?:succeeded|successful|worked|ok\b)/i,
    /succeeded (?:on|after|at) (?:attempt|retry|try|\d)/i,
    /[Dd]ownload(?:ed)? (?:complete|successful|finished)/,
    /^Fetched [\d.,]+ \w?B in /,
    /^Setting up \S+ \(/,
    /^HEAD is now at [0-9a-f]{7}/,
    /: Pull complete$/,
    /\bconnected (?:on|after) (?:attempt|retry)/i,
    /Built target \w/,
  ),
  mark(marks.executed, /^Prompt executed in /),
  mark(marks.ready, /To see the GUI go to:/),
  mark(
    marks.failed,
    /did not complete successfully: /,
    /executor failed running/,
    /returned a non-zero code: [1-9]/,
    /failed to solve/,
    /returned non-zero exit status [1-9]/,
    /exited with code [1-9]/,
    /Process completed with exit code [1-9]/,
    /Error response from daemon/,
    /subprocess-exited-with-error/,
    /^(?:g?make|ninja)(?:\[\d+\])?: .*(?:Error \d|stopped)/,
    /^ERROR: /,
    /^error: /,
    /^E: /,
    /^fatal: /,
    /Exception during processing/,
    /Traceback \(most recent call last\)/,
  ),
  mark(
    marks.suspicious,
    /\b(?:error|fatal|fail(?:ed|ure)|exception|denied|cannot|could not|unable to|not found|no such|invalid|panic|unsupported)\b/i,
  ),
];
