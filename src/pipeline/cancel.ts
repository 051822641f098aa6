import { type EndingSignal, type ExitCode, signalExitCodes } from '../contract/exit-codes.ts';

/** Why a run was ended from outside: the reason of its AbortSignal. */
export class Cancelled extends Error {
  override name = 'Cancelled';
  readonly by: EndingSignal;

  constructor(by: EndingSignal) {
    super(`stopped by ${by}`);
    this.by = by;
  }

  get exitCode(): ExitCode {
    return signalExitCodes[this.by];
  }
}
