import { formatBytes } from '../text/format.ts';
import { figureOf } from './figure.ts';
import { cacheLimit } from './fixes/cache-limit.ts';
import { offersFor } from './fixes/offers.ts';
import type { Offer, Trouble } from './fixes/types.ts';
import { type ProofContext, runProof } from './proof-context.ts';
import { type Situation, situationOf, type TroubleInput } from './trouble.ts';

/** Everything that a failure page shows, measured when it was asked for. */
export interface Found {
  trouble: Trouble;
  proof: ProofContext | null;
  /** The figure that decides, beside what it is compared with; null where there is none. */
  figure: string | null;
  /** What is kept, one thing each; [] where there is no run. */
  kept: string[];
  offers: Offer[];
}

const AROUND = 3;

/** Looks at a failed run: causes, proof, what is kept, and what can be done. Throws the signal's reason. */
export async function lookAtRun(input: TroubleInput & { runDir: string }): Promise<Found> {
  const situation = await situationOf(input);
  const { trouble, world } = situation;
  const first = trouble.diagnoses[0];
  const [proof, offers, kept] = await Promise.all([
    first ? runProof(input.runDir, first, AROUND) : null,
    offersFor(trouble, world),
    keptOf(situation),
  ]);
  return { trouble, proof, figure: first ? figureOf(first) : null, kept, offers };
}

/** What can be done about a failure that was read from elsewhere. */
export async function lookAtLog(
  input: TroubleInput & { runDir: null },
  proof: ProofContext | null,
): Promise<Found> {
  const { trouble, world } = await situationOf(input);
  const first = trouble.diagnoses[0];
  const offers = first ? await offersFor(trouble, world) : [];
  return { trouble, proof, figure: first ? figureOf(first) : null, kept: [], offers };
}

/** Measured, not hoped: steps that are done, models that are there, until when the cache is kept. */
async function keptOf({ trouble, world }: Situation): Promise<string[]> {
  const { run } = trouble;
  if (!run) return [];
  const { docker, processes, env } = world;
  const limit = docker ? await cacheLimit(docker, { processes, env }).catch(() => null) : null;
  const models = run.planned?.plan.models.filter(({ present }) => present) ?? [];
  const bytes = models.reduce((sum, model) => sum + (model.bytes ?? model.estimatedBytes), 0);
  const { done, total } = run.steps;
  const image = run.result?.image != null;
  const container = run.container?.name ?? run.result?.container?.name;
  const steps = `${done} of ${total} build steps`;
  const until =
    limit === null ? '' : ` (Docker keeps at most ${formatBytes(limit)} of them: soon is better)`;
  return [
    ...(image ? ['the image'] : total > 0 ? [`${steps}${done > 0 ? until : ''}`] : []),
    ...(bytes > 0 ? [`${formatBytes(bytes)} of models`] : []),
    ...(container ? [`container ${container} with its log`] : []),
    'all your answers',
  ];
}
