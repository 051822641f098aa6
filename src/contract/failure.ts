import type { Diagnosis, DiskFigures, Fix } from './diagnosis.ts';
import type { ExitCode } from './exit-codes.ts';
import type { PhaseId } from './ids.ts';

export interface FailureDetails {
  /** Diagnosis code, kebab-case, area first (`engine-not-running`); registered in codes.ts. */
  code: string;
  /** What happened: one sentence, subject first, for a person (MOCKUPS D). */
  sentence: string;
  /** The line or answer that proves it, as the other program gave it. */
  proof?: string;
  cause?: string;
  fixes?: Fix[];
  phase?: PhaseId;
  /** Only where it is not the phase's own (disk 16, time 17, question 18). */
  exitCode?: ExitCode;
  /** The figures of a disk that got full. */
  disk?: DiskFigures;
}

/** An error that a person can act on: a value with a code, a sentence and what to do next. */
export class Failure extends Error {
  readonly details: FailureDetails;

  constructor(details: FailureDetails, options?: ErrorOptions) {
    super(details.sentence, options);
    this.name = 'Failure';
    this.details = details;
  }

  get code(): string {
    return this.details.code;
  }

  /** The same failure as `diagnose` would print it. */
  toDiagnosis(): Diagnosis {
    const { code, sentence, proof, cause, fixes, disk } = this.details;
    return {
      code,
      title: sentence,
      cause: cause ?? sentence,
      evidence: { line: 1, text: proof ?? sentence },
      fixes: fixes ?? [],
      confidence: 1,
      ...(disk ? { disk } : {}),
    };
  }
}

/** A command was called wrongly: exit code 2, one sentence, no run. */
export class UsageError extends Error {
  override name = 'UsageError';
}
