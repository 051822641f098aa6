import type Docker from 'dockerode';
import type { EventBody } from '../contract/events.ts';
import { exitCodes, signalExitCodes } from '../contract/exit-codes.ts';
import { Failure, UsageError } from '../contract/failure.ts';
import type { PushReport } from '../contract/push.ts';
import { Cancelled } from '../pipeline/cancel.ts';
import { readResult } from '../pipeline/history.ts';
import { systemClock } from '../ports/clock.ts';
import { systemProcesses } from '../ports/processes.ts';
import { places } from '../profiles/places.ts';
import { checkedTag, parseImageName, withTag } from '../push/image-name.ts';
import { layerSizes } from '../push/layer-sizes.ts';
import { loginNeeded } from '../push/login-needed.ts';
import { pushImage } from '../push/push-image.ts';
import { checkLimits, costSentence, pushCost } from '../push/registry-limits.ts';
import { testedEarlier } from '../push/tested-earlier.ts';
import { knownRuns } from '../runner/live-runs.ts';
import { formatDuration, formatOf } from '../text/format.ts';
import { connectedEngine } from './engine.ts';
import { type Io, outJson } from './io.ts';

export interface PushOptions {
  to: string;
  image?: string;
  profile?: string;
  promote?: string;
  largeLayers?: boolean;
  json?: boolean;
}

/** `steadydancer push --to REF`: 0 when the registry has it, else 19. */
export async function push(options: PushOptions, io: Io): Promise<number> {
  const to = parseImageName(options.to);
  const { promote } = options;
  if (promote !== undefined && !checkedTag(promote)) {
    throw new UsageError(`--promote takes a tag, not \`${promote}\`.`);
  }
  const controller = new AbortController();
  const { signal } = controller;
  const signals = Object.keys(signalExitCodes) as (keyof typeof signalExitCodes)[];
  const stop = (by: NodeJS.Signals) =>
    controller.abort(new Cancelled(by as keyof typeof signalExitCodes));
  for (const by of signals) process.once(by, stop);
  const ports = {
    ...{ env: io.env, home: io.home, signal },
    ...{ processes: systemProcesses, clock: systemClock },
  };
  const say = (text: string) => io.say(text);
  try {
    await loginNeeded(to, ports);
    const { docker } = await connectedEngine(io);
    const image = await imageToPush(docker, options, io);
    const runsDir = places(io.env, io.home).runs;
    const tested = promote === undefined ? null : await testedEarlier(runsDir, image.id, image.ref);
    const cost = pushCost(await layerSizes(docker, image.id));
    const warnings = checkLimits(to.host, cost, { anyway: options.largeLayers ?? false });
    say(`${image.ref} goes to ${to.ref}. ${costSentence(cost)}`);
    for (const warning of warnings) say(`! ${warning}`);
    const names = promote === undefined ? [to] : [to, withTag(to, promote)];
    const report: PushReport = {
      ...{ v: 1, ok: true, image, pushed: [] },
      promoted:
        promote !== undefined && tested !== null
          ? { ref: withTag(to, promote).ref, run: tested }
          : null,
      bytes: cost.bytes,
      largestLayerBytes: cost.largestLayerBytes,
    };
    for (const name of names) {
      const emit = printer(say);
      const done = await pushImage({ docker, image: image.id, to: name, ports, emit, signal });
      report.pushed.push(done);
      say(
        `Pushed ${done.ref} in ${formatDuration(done.ms)}: ${done.layers.sent} layers sent, ${done.layers.present} were there. ${done.digest}`,
      );
    }
    if (report.promoted) say(`${report.promoted.ref} is what run ${report.promoted.run} tested.`);
    if (options.json) outJson(io, report);
    return exitCodes.done;
  } catch (error) {
    if (!(error instanceof Cancelled)) throw error;
    say('Stopped, as asked; layers that the registry has need not be sent again.');
    return error.exitCode;
  } finally {
    for (const by of signals) process.off(by, stop);
  }
}

/** The image that is meant: named, or the newest run's that has one. */
async function imageToPush(
  docker: Docker,
  { image, profile }: PushOptions,
  io: Io,
): Promise<{ ref: string; id: string }> {
  const ref = image ?? (await lastImage(profile, io));
  if (ref === null) {
    throw new Failure({
      code: 'push-tag-missing',
      sentence: profile
        ? `No run of profile ${profile} has made an image.`
        : 'No run has made an image that could be pushed.',
      phase: 'push',
      fixes: [
        { label: 'Build one', command: 'steadydancer run --until image' },
        { label: 'Name one with --image' },
      ],
    });
  }
  try {
    return { ref, id: (await docker.getImage(ref).inspect()).Id };
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode !== 404) throw error;
    throw new Failure({
      code: 'push-tag-missing',
      sentence: `The image ${ref} is not in this Docker.`,
      proof: (error as Error).message,
      phase: 'push',
      fixes: [{ label: 'List images', command: 'docker image ls' }],
    });
  }
}

async function lastImage(profile: string | undefined, io: Io): Promise<string | null> {
  for (const { dir, record } of await knownRuns(places(io.env, io.home).runs)) {
    if (profile !== undefined && record.profile !== profile) continue;
    const result = await readResult(dir);
    if (result?.image) return result.image.ref;
  }
  return null;
}

/** A line every few seconds: bytes of all layers together, and whatever is worth a word. */
function printer(say: (text: string) => void) {
  const EVERY_MS = 3_000;
  const layers = new Map<string, { current: number; total: number }>();
  let saidAt = systemClock.monotonicMs();
  return (event: EventBody) => {
    if (event.type === 'note') say(`! ${event.text}`);
    if (event.type !== 'build.progress') return;
    layers.set(event.id, event);
    if (systemClock.monotonicMs() - saidAt < EVERY_MS) return;
    saidAt = systemClock.monotonicMs();
    const sum = (of: 'current' | 'total') =>
      [...layers.values()].reduce((all, layer) => all + layer[of], 0);
    say(`  ${formatOf(sum('current'), sum('total'))} of ${layers.size} layers`);
  };
}
