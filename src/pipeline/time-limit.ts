import type { StepWatch } from '../build/step-watch.ts';
import { exitCodes } from '../contract/exit-codes.ts';
import { Failure } from '../contract/failure.ts';
import { formatDuration } from '../text/format.ts';
import { askWhile } from './ask-while.ts';
import type { RunContext } from './context.ts';
import type { BuildActivity } from './time-activity.ts';
import { guardTime, machineCpuMs, type OutOfTime, STALL_MS } from './time-guard.ts';

const MINUTE_MS = 60_000;

/** `timeoutMinutes` is for the build phases together, so what earlier ones took counts. */
export function buildTime(
  ctx: RunContext,
  activity: BuildActivity,
  limits: { stallMs?: number; cpuMs?: () => number | null } = {},
): ReturnType<typeof guardTime> {
  const { planned, facts, ports, request } = ctx;
  const engine = facts.engine?.facts;
  // Desktop's machine and a remote one have CPUs of their own.
  const here = engine !== undefined && !engine.endpoint.remote && !engine.desktop;
  return guardTime({
    clock: ports.clock,
    limitMs: planned.choices.timeoutMinutes * MINUTE_MS - facts.buildMs,
    stallMs: limits.stallMs ?? STALL_MS,
    activity,
    cpuMs: limits.cpuMs ?? (here ? machineCpuMs : () => null),
    goOn: request.answers === 'person' ? (text, over) => askToGoOn(ctx, text, over) : null,
  });
}

async function askToGoOn(ctx: RunContext, text: string, over: AbortSignal): Promise<boolean> {
  const question = {
    id: 'build-time',
    text,
    options: [
      { id: 'go-on', label: 'Go on for the same time again' },
      { id: 'stop', label: 'Stop it, finished steps are kept' },
    ],
    unattended: 'stop',
  };
  return (await askWhile(ctx, question, 'go-on', over)) === 'go-on';
}

/** A build that the clock stopped, as a person is told of it: exit code 17, the cache kept. */
export function timeFailure(
  { planned, request }: Pick<RunContext, 'planned' | 'request'>,
  { kind, afterMs }: OutOfTime,
  steps: StepWatch,
): Failure {
  const { timeoutMinutes } = planned.choices;
  const kept = `Kept: ${steps.done} of ${steps.total} build steps.`;
  const at = steps.running ?? 'the build';
  const run = `steadydancer run${request.profile === null ? '' : ` --profile ${request.profile}`}`;
  if (kind === 'stall') {
    return new Failure({
      code: 'build-stalled',
      sentence: `The build stood still for ${formatDuration(afterMs)} and was stopped; finished steps are kept.`,
      proof: `${at}: nothing printed, nothing moved and no CPU used for ${formatDuration(afterMs)}`,
      cause: `A step waits for something that does not come: an answer, a lock, a server. ${kept}`,
      fixes: [{ label: 'Try again from that step', command: run, applies: 'retry' }],
      exitCode: exitCodes.timeout,
    });
  }
  return new Failure({
    code: 'build-timed-out',
    sentence: `The build took longer than its limit of ${formatDuration(timeoutMinutes * MINUTE_MS)} and was stopped; finished steps are kept.`,
    proof: `${at} was running when the limit came`,
    cause: `The limit is timeoutMinutes=${timeoutMinutes}. ${kept}`,
    fixes: [
      {
        label: 'Go on from there with a longer limit',
        command: `${run} --set timeoutMinutes=${timeoutMinutes * 2}`,
        applies: 'more-time',
      },
    ],
    exitCode: exitCodes.timeout,
  });
}
