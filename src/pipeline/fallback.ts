import type { Attention } from '../contract/choices.ts';
import { Failure } from '../contract/failure.ts';
import { withoutColour } from '../text/sanitise.ts';
import type { RunContext } from './context.ts';
import { ATTENTION_STEP, curableCauses, incurable, nextAttention } from './fallback-rules.ts';

/** Build failures of which another back-end may be the cure; a lost engine or a full disk is none. */
const CODES = [
  ...['build-step-failed', 'build-failed', 'build-out-of-memory'],
  // Found by the proof on the GPU (comfyui/smoke/kernel-problem.ts).
  ...['attention-missing', 'attention-gpu-unsupported'],
];

export interface FailedStep {
  name: string;
  /** What it printed last, oldest first. */
  lastLines: readonly string[];
}

export interface NextAttention {
  from: Attention;
  to: Attention;
  why: string;
}

/** The back-end to try after a failed step; null where another one would not help. Pure. */
export function attentionAfter(
  current: string | undefined,
  code: string,
  step: FailedStep | null,
): NextAttention | null {
  const from = current as Attention;
  const to = nextAttention[from];
  if (!to || !step || !CODES.includes(code) || !ATTENTION_STEP.test(step.name)) return null;
  const text = step.lastLines.map(withoutColour).join('\n');
  if (incurable.some((pattern) => pattern.test(text))) return null;
  const cause = curableCauses.find(({ pattern }) => pattern.test(text));
  return cause ? { from, to, why: cause.why } : null;
}

/**
 * Changes to the next back-end by the profile's rule, and says so. False where there is none, or
 * where the rule or the person says no: then the failure stands.
 */
export async function fallBack(
  ctx: RunContext,
  error: unknown,
  step: FailedStep | null,
): Promise<boolean> {
  if (!(error instanceof Failure)) return false;
  const { fallback } = ctx.planned.choices;
  const next = attentionAfter(attentionNow(ctx), error.code, step);
  if (!next || fallback === 'never') return false;
  const why = `${next.from}: ${next.why}`;
  if (fallback === 'ask') {
    const answer = await ctx.ask({
      id: `fallback-${next.to}`,
      text: `${next.from} cannot be built: ${next.why}. Build with ${next.to}?`,
      options: [
        { id: 'fallback', label: `Build with ${next.to}: works, may be slower` },
        { id: 'stop', label: 'Stop here, steps kept' },
      ],
      unattended: 'fallback',
    });
    if (answer !== 'fallback') return false;
  }
  ctx.emit({ type: 'fallback', what: 'attention', from: next.from, to: next.to, why });
  ctx.facts.built.attention = next.to;
  return true;
}

/** The plan's build arguments, with the back-end that is really built. */
export function argsNow(ctx: RunContext): Record<string, string> {
  const { args } = ctx.planned.plan;
  const attention = ctx.facts.built.attention;
  if (typeof attention !== 'string') return args;
  return { ...args, ATTENTION: attention, ENABLE_FLASH_ATTN: String(attention === 'flash-attn') };
}

function attentionNow({ facts, planned }: RunContext): string | undefined {
  const built = facts.built.attention;
  return typeof built === 'string' ? built : planned.plan.args.ATTENTION;
}
