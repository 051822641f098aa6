import { exitCodes } from '../contract/exit-codes.ts';
import { Failure } from '../contract/failure.ts';
import { endingOf } from '../pipeline/result.ts';
import { systemClock } from '../ports/clock.ts';
import { systemProcesses } from '../ports/processes.ts';
import { places } from '../profiles/places.ts';
import type { Planned } from '../recipe/types.ts';
import { type Io, outJson } from './io.ts';
import { planLines } from './plan-lines.ts';
import { chosen } from './run-options.ts';

/**
 * `steadydancer plan`: what a run would do and cost; changes nothing. The document is printed also
 * when the plan cannot run (exit 10) or cannot fit (exit 16); the reason goes to stderr.
 * @throws UsageError for an unknown profile or choice
 */
export async function plan(
  options: { profile?: string; set?: string[]; json?: boolean },
  io: Io,
): Promise<number> {
  const { profile, choices } = chosen(options, io);
  // A wrong profile or choice is answered before anything is loaded or looked at.
  const { planHere } = await import('../pipeline/planning.ts');
  const { planned } = await planHere(
    { choices, profile, cwd: io.cwd, home: io.home, runsDir: places(io.env, io.home).runs },
    { env: io.env, clock: systemClock, processes: systemProcesses },
    new AbortController().signal,
  ).catch(cannotRun);
  if (options.json) outJson(io, planned.plan);
  else for (const line of planLines(planned)) io.out(line);
  return saidWhyNot(planned, io);
}

/** What would stop a run in whatever phase is for a plan that it cannot run (exit 10). */
function cannotRun(error: unknown): never {
  if (!(error instanceof Failure)) throw error;
  throw new Failure({ ...error.details, exitCode: exitCodes.prepare }, { cause: error });
}

function saidWhyNot({ refusal }: Planned, io: Io): number {
  if (!refusal) return exitCodes.done;
  const { exitCode, summary, diagnoses } = endingOf(refusal, null);
  io.say(summary);
  if (refusal.details.proof) io.say(`  ${refusal.details.proof}`);
  for (const fix of diagnoses.flatMap((diagnosis) => diagnosis.fixes)) {
    io.say(`  - ${fix.label}${fix.command ? `:  ${fix.command}` : ''}`);
  }
  return exitCode;
}
