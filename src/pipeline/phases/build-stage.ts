import { join } from 'node:path';
import { chooseBuilder } from '../../build/choose-builder.ts';
import { LogBound } from '../../build/log-bound.ts';
import { LogStore } from '../../build/log-store.ts';
import { type BuildEnd, SolveNormaliser } from '../../build/normalise.ts';
import { StepWatch } from '../../build/step-watch.ts';
import type { Builder, BuiltImage, SolveEvent } from '../../build/types.ts';
import { Failure } from '../../contract/failure.ts';
import { labels } from '../../contract/ids.ts';
import { hubAccess } from '../../models/hub-access.ts';
import { runFiles } from '../../runner/run-record.ts';
import { secretsOfEnv } from '../../text/env-secrets.ts';
import type { RunContext } from '../context.ts';
import { ReserveReached } from '../disk-guard.ts';
import { diskFailure } from '../disk-guard-failure.ts';
import { argsNow, type FailedStep, fallBack } from '../fallback.ts';
import { BuildActivity } from '../time-activity.ts';
import { OutOfTime } from '../time-guard.ts';
import { buildTime, timeFailure } from '../time-limit.ts';
import { engineOf } from './engine-of.ts';

export interface BuildStage {
  target?: string;
  tag?: string;
  /** More build arguments than the plan's, known only now. */
  args?: Record<string, string>;
  /** Silence after which a build counts as stalled, ms; by default five minutes. */
  stallMs?: number;
  /** CPU time of the machine that builds, ms; by default this machine's, where it is the one. */
  cpuMs?: () => number | null;
}

/**
 * Builds one stage (or the whole) with the builder that this engine has; steps, lines and warnings
 * become events, the raw output goes to build.log. A back-end that cannot be built is replaced by
 * the next one, by the profile's rule. Throws a Failure or the signal's reason.
 */
export async function buildStage(
  ctx: RunContext,
  stage: BuildStage,
  signal: AbortSignal,
): Promise<BuiltImage> {
  for (;;) {
    const failed: { step: FailedStep | null } = { step: null };
    try {
      return await buildOnce(ctx, stage, signal, failed);
    } catch (error) {
      signal.throwIfAborted();
      // Ends: each back-end has fewer after it.
      if (!(await fallBack(ctx, error, failed.step))) throw error;
    }
  }
}

async function buildOnce(
  ctx: RunContext,
  stage: BuildStage,
  signal: AbortSignal,
  failed: { step: FailedStep | null },
): Promise<BuiltImage> {
  const { ports, runDir, facts, disk } = ctx;
  const steps = new StepWatch();
  const activity = new BuildActivity(ports.clock);
  const log = new LogStore({
    path: join(runDir, runFiles.buildLog),
    onFull: () => disk.ballast.release(),
  });
  const bound = new LogBound(ctx.emit, ports.clock);
  const normaliser = new SolveNormaliser(bound.emit, ports.clock);
  const onEvent = (event: SolveEvent) => {
    log.push(event);
    normaliser.push(event);
    steps.see(event);
    activity.see(event);
    shares.see(event);
  };
  const space = disk.guard.begin(['docker']);
  const shares = disk.shares.begin();
  const time = buildTime(ctx, activity, stage);
  const began = ports.clock.monotonicMs();
  let end: BuildEnd = 'failed';
  try {
    const all = AbortSignal.any([signal, time.signal, space.signal]);
    const image = await builderOf(ctx).build(requestOf(ctx, stage), onEvent, all);
    end = 'done';
    return image;
  } catch (error) {
    if (signal.aborted || time.signal.aborted || space.signal.aborted) end = 'canceled';
    signal.throwIfAborted();
    const { failed: step } = steps;
    if (step) failed.step = { name: step.name, lastLines: log.tail(step.digest, 200) };
    const times = () => ({
      buildMs: ports.clock.monotonicMs() - began,
      stepMs: steps.runningMs(ports.clock.now()),
    });
    if (error instanceof ReserveReached) throw await diskFailure(ctx, error, steps, times());
    if (error instanceof OutOfTime) throw timeFailure(ctx, error, steps);
    if (error instanceof Failure && error.code.startsWith('disk-full-')) {
      throw await diskFailure(ctx, error, steps, times());
    }
    throw error;
  } finally {
    time.stop();
    space.end();
    shares.end();
    facts.buildMs += ports.clock.monotonicMs() - began;
    normaliser.finish(end);
    bound.flush();
    await log.close();
    if (log.error) ctx.emit({ type: 'note', level: 'warn', text: notWhole(log.error) });
  }
}

function notWhole(error: Error): string {
  return `build.log is not whole: ${error.message}. The run's events have the last lines of each step.`;
}

function builderOf(ctx: RunContext): Builder {
  const { request, ports, facts } = ctx;
  const { docker, facts: engine } = engineOf(ctx);
  return chooseBuilder({
    engine,
    processes: ports.processes,
    docker,
    env: ports.env,
    load: facts.mustLoad,
    secrets: secretsKnown(ports.env),
    ...(request.builder ? { forced: request.builder } : {}),
  });
}

/** The process's own, and the token that the hub's tools keep. */
function secretsKnown(env: NodeJS.ProcessEnv): string[] {
  const { token } = hubAccess(env);
  return [...secretsOfEnv(env), ...(token === null ? [] : [token])];
}

function requestOf(ctx: RunContext, { target, tag, args }: BuildStage) {
  const { planned, context, request } = ctx;
  if (!context) throw new Error('nothing to build from');
  return {
    contextDir: context.dir,
    dockerfile: context.dockerfile,
    tag: tag ?? `${planned.plan.image.ref}-${target}`,
    args: { ...argsNow(ctx), ...args },
    labels: imageLabels(ctx),
    ...(target ? { target } : {}),
    ...platformOf(ctx),
    noCache: request.noCache,
    pull: request.pull,
  };
}

/** Pods are amd64 alone (docs.runpod.io, pods overview): elsewhere the engine emulates it. */
function platformOf(ctx: RunContext): { platform?: string } {
  const { target, recipe } = ctx.planned.choices;
  const foreign = engineOf(ctx).facts.arch !== 'amd64';
  return target === 'runpod' && recipe !== 'rehearsal' && foreign
    ? { platform: 'linux/amd64' }
    : {};
}

function imageLabels({ request, planned, facts }: RunContext): Record<string, string> {
  const { attention } = facts.built;
  return {
    [labels.plan]: planned.plan.planDigest,
    [labels.role]: planned.choices.recipe,
    ...(request.profile === null ? {} : { [labels.profile]: request.profile }),
    // A rerun that finds the image must say what it is, not what was asked.
    ...(typeof attention === 'string' ? { [labels.attention]: attention } : {}),
  };
}
