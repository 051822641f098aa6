import { labels } from '../../contract/ids.ts';
import type { RunContext } from '../context.ts';
import { engineOf } from './engine-of.ts';

export interface FoundImage {
  image: { ref: string; id: string; bytes: number | null };
  labels: Record<string, string>;
}

/** The image of a name; null where the engine has none. */
export async function inspectImage(ctx: RunContext, ref: string): Promise<FoundImage | null> {
  try {
    const info = await engineOf(ctx).docker.getImage(ref).inspect();
    return {
      image: { ref, id: info.Id, bytes: info.Size ?? null },
      labels: info.Config?.Labels ?? {},
    };
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 404) return null;
    throw error;
  }
}

/**
 * The image of this name when it was built by this very plan. What it is built with, where that is
 * not what was asked for, is remembered: a rerun says what is there, and goes on with it.
 */
export async function builtByPlan(ctx: RunContext, ref: string): Promise<FoundImage | null> {
  const found = await inspectImage(ctx, ref);
  if (found?.labels[labels.plan] !== ctx.planned.plan.planDigest) return null;
  const attention = found.labels[labels.attention];
  if (attention !== undefined) ctx.facts.built.attention = attention;
  return found;
}
