import type { Choices } from '../../contract/choices.ts';
import { Failure, UsageError } from '../../contract/failure.ts';
import { shellQuoted } from '../../machine/docker-group.ts';
import type { Planned } from '../../recipe/types.ts';
import { formatBytes } from '../../text/format.ts';
import { choiceChanges } from './choice-changes.ts';
import { setsOf } from './command-sets.ts';
import { readyMinutes } from './ready-minutes.ts';
import type { FixAction, FixObject, FixPlan, NotHere, Retry, Trouble } from './types.ts';

/** A fix that is only another answer: planned again with it, so that it says what it costs. */
export const otherAnswers: FixAction = async (trouble, fix, world) => {
  const { run } = trouble;
  if (!run) return { not: 'There is no run here whose answers could change.' };
  const change = choiceChanges[fix.applies ?? '']?.(run.request.choices) ?? setsOf(fix.command);
  if (!change) return { not: 'Only you know what belongs there.' };
  return answersPlan(trouble, change, { id: fix.applies ?? 'answers', title: fix.label }, world);
};

/** Plans a run again with other answers. */
export async function answersPlan(
  { run }: Trouble,
  change: NonNullable<Retry['choices']>,
  about: Pick<FixPlan, 'id' | 'title'> & Partial<FixPlan>,
  { plan }: { plan(choices: Choices): Promise<Planned> },
): Promise<FixPlan | NotHere> {
  if (!run) return { not: 'There is no run here that could be tried again.' };
  const { choices } = run.request;
  const objects = changedAnswers(choices, change, run.planned);
  if (objects.length === 0) return { not: 'It is so already.' };
  const planned = await plan(withAnswers(choices, change)).catch((error: unknown) => {
    if (error instanceof Failure || error instanceof UsageError) return error.message;
    throw error;
  });
  if (typeof planned === 'string') return { not: planned };
  if (planned.refusal) return { not: planned.refusal.message };
  const { downloadBytes } = planned.plan;
  const builds = planned.steps.some(
    ({ phase, key }) => phase === 'image' && !run.planned?.steps.some((step) => step.key === key),
  );
  return {
    does: `The run is tried again with ${objects.length === 1 ? 'another answer' : 'other answers'}. Your profile is not changed.`,
    objects,
    frees: null,
    download: downloadBytes > 0 ? downloadBytes : null,
    minutes: readyMinutes(run, planned),
    undo: 'It holds for this run only: the next one asks as before.',
    notes: [
      ...(builds ? ['The image is built again as far as the change reaches.'] : []),
      ...(downloadBytes > 0
        ? [`${formatBytes(downloadBytes)} of models are still to be fetched.`]
        : []),
    ],
    commands: [runCommand(run.request.profile, change)],
    confirm: 'enter',
    root: false,
    retries: true,
    apply: async () => ({ choices: change }),
    ...about,
  };
}

/** Choices with others on top; null takes one away. */
export function withAnswers(choices: Choices, change: NonNullable<Retry['choices']>): Choices {
  const all = { ...choices, ...change };
  return Object.fromEntries(
    Object.entries(all).filter(([, value]) => value !== null && value !== undefined),
  ) as Choices;
}

function changedAnswers(
  choices: Choices,
  change: NonNullable<Retry['choices']>,
  planned: Planned | null,
): FixObject[] {
  return Object.entries(change).flatMap(([key, value]) => {
    const asked = choices[key as keyof Choices];
    const before = asked ?? planned?.choices[key as keyof Choices];
    const [from, to] = [shown(before), shown(value)];
    return from === to ? [] : [{ name: key, bytes: null, note: `${from} -> ${to}` }];
  });
}

function shown(value: unknown): string {
  if (value === undefined || value === null) return 'as recommended';
  if (typeof value !== 'object' || Array.isArray(value)) return String(value);
  const parts = Object.entries(value).filter(([, part]) => part !== undefined);
  return parts.length === 0 ? 'none' : parts.map(([key, part]) => `${key} ${part}`).join(', ');
}

/** The command that runs with these answers; it has no way to take one back. */
export function runCommand(
  profile: string | null,
  change: NonNullable<Retry['choices']> = {},
): string {
  const sets = Object.entries(change).flatMap(([key, value]) => {
    if (value === null || value === undefined) return [];
    if (typeof value !== 'object' || Array.isArray(value)) return [`${key}=${value}`];
    return Object.entries(value).map(([inner, part]) => `${key}.${inner}=${part}`);
  });
  return [
    'steadydancer run',
    ...(profile === null ? [] : [`--profile ${shellQuoted(profile)}`]),
    ...sets.map((set) => `--set ${shellQuoted(set)}`),
  ].join(' ');
}
