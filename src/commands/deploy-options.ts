import { UsageError } from '../contract/failure.ts';
import { readResult } from '../pipeline/history.ts';
import { type Cloud, clouds } from '../pods/api-bodies.ts';
import { diskGb, MODELS_PATH, type PodNeed, podNeed } from '../pods/deploy-plan.ts';
import { systemClock } from '../ports/clock.ts';
import { systemProcesses } from '../ports/processes.ts';
import { places } from '../profiles/places.ts';
import type { Planned } from '../recipe/types.ts';
import { knownRuns } from '../runner/live-runs.ts';
import type { Io } from './io.ts';
import { chosen } from './run-options.ts';

/** Options of `deploy` as commander gives them. */
export interface DeployOptions {
  profile?: string;
  set?: string[];
  image?: string;
  pay?: string;
  limit?: string;
  cloud?: string;
  dataCenter?: string;
  volume?: string;
  newVolume?: boolean;
  registry?: string;
  keep?: boolean;
  idle?: string;
  wait?: string;
  template?: string;
  createTemplate?: boolean;
  json?: boolean;
}

/** What is wished for, checked: nothing here was asked of Runpod. */
export interface DeployWish {
  planned: Planned;
  profile: string | null;
  image: string;
  need: PodNeed;
  diskGb: number;
  modelsPath: string;
  cloud: Cloud;
  dataCenter: string | null;
  volume: string | null;
  newVolume: boolean;
  registry: string | null;
  /** USD; null: only look. */
  pay: number | null;
  limit: number | null;
  keep: boolean;
  idleMs: number | null;
  patienceMs: number;
  templateName: string;
}

/** Without a limit of its own: two hours at the agreed price. */
const HOURS = 2;

/** Reads options and plans; works without an engine. Throws a UsageError, or why nothing fits. */
export async function deployWish(options: DeployOptions, io: Io): Promise<DeployWish> {
  const pay = number('--pay', options.pay);
  const limit = number('--limit', options.limit);
  const idle = number('--idle', options.idle);
  const wait = number('--wait', options.wait) ?? 30;
  const cloud = clouds.find((one) => one === (options.cloud ?? 'secure').toUpperCase());
  if (!cloud) throw new UsageError(`--cloud takes secure or community, not \`${options.cloud}\`.`);
  if (options.keep && idle !== null) {
    throw new UsageError('--keep leaves it running, --idle ends it: one of the two.');
  }
  if (options.newVolume && options.volume !== undefined) {
    throw new UsageError('--volume uses one, --new-volume makes one: one of the two.');
  }
  if (options.newVolume && options.dataCenter === undefined) {
    throw new UsageError('A new volume is in one data center: name it with --data-center.');
  }
  if ((options.volume !== undefined || options.newVolume) && cloud === 'COMMUNITY') {
    throw new UsageError('Network volumes are in the secure cloud only.');
  }
  const { profile, choices } = chosen(options, io);
  const runsDir = places(io.env, io.home).runs;
  const image = options.image ?? choices.image ?? (await pushedLast(runsDir, profile));
  if (!image) {
    throw new UsageError(
      'deploy needs an image in a registry: --image REGISTRY/NAME:TAG (steadydancer push makes one).',
    );
  }
  const { image: _, ...rest } = choices;
  const { planHere } = await import('../pipeline/planning.ts');
  const { planned } = await planHere(
    {
      // Elsewhere: what this computer has or lacks does not count.
      choices: { ...rest, target: 'runpod' },
      ...{ profile, cwd: io.cwd, home: io.home, runsDir },
    },
    { env: io.env, clock: systemClock, processes: systemProcesses },
    new AbortController().signal,
  );
  const { refusal } = planned;
  // Nothing is built here, so a full disk of this computer is no matter.
  if (refusal && /^(?:stack|weights|attention|gpu)-/.test(refusal.code)) throw refusal;
  const need = podNeed(planned);
  const onVolume = options.volume !== undefined || options.newVolume === true;
  return {
    ...{ planned, profile, image, need, cloud, pay },
    diskGb: diskGb(need, onVolume),
    modelsPath: MODELS_PATH,
    dataCenter: options.dataCenter ?? null,
    volume: options.volume ?? null,
    newVolume: options.newVolume ?? false,
    registry: options.registry ?? null,
    limit: limit ?? (pay === null ? null : pay * HOURS),
    keep: options.keep ?? false,
    idleMs: idle === null ? null : idle * 60_000,
    patienceMs: wait * 60_000,
    templateName: `steadydancer-${profile ?? planned.choices.recipe}`,
  };
}

/** The last that a run pushed, by its digest where it is of the same repository. */
async function pushedLast(runsDir: string, profile: string | null): Promise<string | null> {
  for (const { dir, record } of await knownRuns(runsDir)) {
    if (profile !== null && record.profile !== profile) continue;
    const [first] = (await readResult(dir))?.pushed ?? [];
    if (first) return first.ref;
  }
  return null;
}

function number(flag: string, text: string | undefined): number | null {
  if (text === undefined) return null;
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value > 0) return value;
  throw new UsageError(`${flag} takes a number above 0, not \`${text}\`.`);
}
