/** Exit codes of every command. They are part of the contract: never renumber, only add. */
export const exitCodes = {
  done: 0,
  bug: 1,
  usage: 2,
  prepare: 10,
  validate: 11,
  /** Dependency stages or the final image. */
  build: 12,
  models: 13,
  launch: 14,
  smoke: 15,
  disk: 16,
  timeout: 17,
  /** A question stayed unanswered or was declined. */
  question: 18,
  push: 19,
  deploy: 20,
  sighup: 129,
  sigint: 130,
  sigterm: 143,
} as const;

export type ExitCodeName = keyof typeof exitCodes;
export type ExitCode = (typeof exitCodes)[ExitCodeName];

/** Signals that end a command, with the exit code of each (128 + signal number). */
export const signalExitCodes = {
  SIGHUP: exitCodes.sighup,
  SIGINT: exitCodes.sigint,
  SIGTERM: exitCodes.sigterm,
} as const;

export type EndingSignal = keyof typeof signalExitCodes;
