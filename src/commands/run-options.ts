import type { Choices } from '../contract/choices.ts';
import { UsageError } from '../contract/failure.ts';
import { type PhaseId, phaseIds } from '../contract/ids.ts';
import { findProfile } from '../profiles/find-profile.ts';
import { mergeChoices } from '../profiles/merge-choices.ts';
import { parseSet, parseSets } from '../profiles/parse-set.ts';
import { checkedTag, parseImageName } from '../push/image-name.ts';
import type { RunRequest } from '../runner/request.ts';
import type { Io } from './io.ts';

/** Options of `run` as commander gives them. */
export interface RunOptions {
  profile?: string;
  set?: string[];
  image?: string;
  yes?: boolean;
  json?: boolean;
  /** Lines instead of screens, also in a terminal. */
  plain?: boolean;
  until?: string;
  from?: string;
  stopAfter?: boolean;
  cache?: boolean;
  pull?: boolean;
  detach?: boolean;
  builder?: string;
  wait?: string;
  expose?: boolean;
  summary?: string;
  installDocker?: boolean;
  pushTo?: string;
  promote?: string;
  largeLayers?: boolean;
  pay?: string;
  payLimit?: string;
  keepPod?: boolean;
}

/** The profile's choices with those of this call on top. Throws a UsageError in one sentence. */
export function chosen(
  options: { profile?: string; set?: string[]; image?: string },
  io: Io,
): { profile: string | null; choices: Choices } {
  const profile = options.profile === undefined ? null : findProfile(options.profile, io).profile;
  const own = parseSets(options.set ?? []);
  const image = options.image === undefined ? {} : parseSet(`image=${options.image}`);
  return {
    profile: profile?.name ?? null,
    choices: mergeChoices(profile?.choices ?? {}, own, image),
  };
}

/** What the run's process is asked to do. Throws a UsageError in one sentence. */
export function runRequest(options: RunOptions, io: Io, runId: string): RunRequest {
  const until = phaseOption('--until', options.until);
  const from = phaseOption('--from', options.from);
  const push = pushOptions(options, until);
  if (until && from && phaseIds.indexOf(until) < phaseIds.indexOf(from)) {
    throw new UsageError(`--until ${until} comes before --from ${from}: nothing would be done.`);
  }
  if ((from === 'push' || from === 'deploy') && options.pushTo === undefined) {
    throw new UsageError(`--from ${from} needs --push-to REGISTRY/NAME:TAG.`);
  }
  return {
    v: 1,
    runId,
    ...chosen(options, io),
    cwd: io.cwd,
    answers: options.yes ? 'yes' : io.interactive && !options.json ? 'person' : 'nobody',
    ...(until ? { until } : {}),
    ...(from ? { from } : {}),
    stopAfter: options.stopAfter ?? false,
    noCache: options.cache === false,
    pull: options.pull ?? false,
    ...builderOption(options.builder),
    waitMinutes: minutesOption(options.wait),
    installDocker: options.installDocker ?? false,
    exposeConfirmed: options.expose ?? false,
    ...push,
    ...podOptions(options),
  };
}

/** Where the image is pushed to; nothing leaves this computer without `--push-to`. */
function pushOptions(
  { pushTo, promote, largeLayers = false }: RunOptions,
  until: PhaseId | undefined,
): Pick<RunRequest, 'pushTo' | 'promote' | 'largeLayers'> {
  if (pushTo === undefined) {
    if (until === 'push') throw new UsageError('--until push needs --push-to REGISTRY/NAME:TAG.');
    if (promote !== undefined) throw new UsageError('--promote needs --push-to REGISTRY/NAME:TAG.');
    return { largeLayers };
  }
  parseImageName(pushTo);
  if (promote === undefined) return { pushTo, largeLayers };
  if (!checkedTag(promote)) throw new UsageError(`--promote takes a tag, not \`${promote}\`.`);
  if (until !== undefined && until !== 'push') {
    throw new UsageError(`--promote moves a tag after the test; --until ${until} ends before it.`);
  }
  return { pushTo, promote, largeLayers };
}

/** A pod costs money: only with `--pay`, and with an image that it can pull. */
function podOptions({
  pay,
  payLimit,
  keepPod = false,
  pushTo,
}: RunOptions): Pick<RunRequest, 'pay' | 'payLimit' | 'keepPod'> {
  if (pay === undefined) {
    if (payLimit !== undefined || keepPod)
      throw new UsageError('--pay-limit and --keep-pod need --pay.');
    return { keepPod };
  }
  if (pushTo === undefined) throw new UsageError('--pay needs --push-to: a pod pulls its image.');
  const limit = payLimit === undefined ? {} : { payLimit: dollars('--pay-limit', payLimit) };
  return { pay: dollars('--pay', pay), ...limit, keepPod };
}

function dollars(flag: string, text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value > 0) return value;
  throw new UsageError(`${flag} takes dollars above 0, not \`${text}\`.`);
}

function phaseOption(flag: string, value: string | undefined): PhaseId | undefined {
  if (value === undefined) return undefined;
  const phase = phaseIds.find((id) => id === value);
  if (!phase)
    throw new UsageError(`${flag} takes one of ${phaseIds.join(', ')}, not \`${value}\`.`);
  return phase;
}

function builderOption(value: string | undefined): { builder?: 'buildx' | 'engine' } {
  if (value === undefined) return {};
  if (value === 'buildx' || value === 'engine') return { builder: value };
  throw new UsageError(`--builder takes buildx or engine, not \`${value}\`.`);
}

function minutesOption(value: string | undefined): number {
  if (value === undefined) return 0;
  const minutes = Number(value);
  if (Number.isFinite(minutes) && minutes >= 0) return minutes;
  throw new UsageError(`--wait takes minutes, not \`${value}\`.`);
}
