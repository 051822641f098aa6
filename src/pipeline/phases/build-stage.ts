import { join } from 'node:path';
import { chooseBuilder } from '../../build/choose-builder.ts';
import { LogStore } from '../../build/log-store.ts';
import { type BuildEnd, SolveNormaliser } from '../../build/normalise.ts';
import type { BuiltImage, SolveEvent } from '../../build/types.ts';
import { exitCodes } from '../../contract/exit-codes.ts';
import { Failure } from '../../contract/failure.ts';
import { labels } from '../../contract/ids.ts';
import { runFiles } from '../../runner/run-record.ts';
import { formatDuration } from '../../text/format.ts';
import type { RunContext } from '../context.ts';
import { engineOf } from './engine-of.ts';

const MINUTE_MS = 60_000;

/**
 * Builds one stage (or the whole) with the builder that this engine has; steps, lines and warnings
 * become events, the raw output goes to build.log. Throws a Failure or the signal's reason.
 */
export async function buildStage(
  ctx: RunContext,
  { target, tag }: { target?: string; tag?: string },
  signal: AbortSignal,
): Promise<BuiltImage> {
  const { planned, context, request, ports, runDir, facts } = ctx;
  if (!context) throw new Error('nothing to build from');
  const { docker, facts: engine } = engineOf(ctx);
  const builder = chooseBuilder({
    engine,
    processes: ports.processes,
    docker,
    env: ports.env,
    ...(request.builder ? { forced: request.builder } : {}),
  });
  const log = new LogStore({ path: join(runDir, runFiles.buildLog) });
  const normaliser = new SolveNormaliser(ctx.emit, ports.clock);
  const onEvent = (event: SolveEvent) => {
    log.push(event);
    normaliser.push(event);
  };
  const limit = timeLimit(ctx);
  const began = ports.clock.monotonicMs();
  let end: BuildEnd = 'failed';
  try {
    const image = await builder.build(
      {
        contextDir: context.dir,
        dockerfile: context.dockerfile,
        tag: tag ?? `${planned.plan.image.ref}-${target}`,
        args: planned.plan.args,
        labels: imageLabels(ctx),
        ...(target ? { target } : {}),
        noCache: request.noCache,
        pull: request.pull,
      },
      onEvent,
      AbortSignal.any([signal, limit.signal]),
    );
    end = 'done';
    return image;
  } catch (error) {
    if (signal.aborted || limit.signal.aborted) end = 'canceled';
    throw error;
  } finally {
    limit.clear();
    facts.buildMs += ports.clock.monotonicMs() - began;
    normaliser.finish(end);
    await log.close();
  }
}

function imageLabels({ request, planned }: RunContext): Record<string, string> {
  return {
    [labels.plan]: planned.plan.planDigest,
    [labels.role]: planned.choices.recipe,
    ...(request.profile === null ? {} : { [labels.profile]: request.profile }),
  };
}

/** `timeoutMinutes` is for the build phases together, so what earlier ones took counts. */
function timeLimit({ planned, facts }: RunContext): { signal: AbortSignal; clear(): void } {
  const limitMs = planned.choices.timeoutMinutes * MINUTE_MS;
  const over = new AbortController();
  const timer = setTimeout(
    () => {
      over.abort(
        new Failure({
          code: 'build-timed-out',
          sentence: `The build took longer than its limit of ${formatDuration(limitMs)} and was stopped; finished steps are kept.`,
          fixes: [
            {
              label: 'Go on from there with a longer limit',
              command: `steadydancer run --set timeoutMinutes=${planned.choices.timeoutMinutes * 2}`,
            },
          ],
          exitCode: exitCodes.timeout,
        }),
      );
    },
    Math.max(0, limitMs - facts.buildMs),
  );
  return { signal: over.signal, clear: () => clearTimeout(timer) };
}
