import { runCommand } from './other-answers.ts';
import { readyMinutes } from './ready-minutes.ts';
import type { FixAction } from './types.ts';

/** Tries the run again as it was. */
export const again: FixAction = async ({ run }, fix) => {
  if (!run) return { not: 'There is no run here that could be tried again.' };
  return {
    id: 'retry',
    title: fix.label,
    does: 'The run looks at what is there and goes on with what is left. Nothing is done twice.',
    objects: [],
    frees: null,
    download: null,
    minutes: run.planned ? readyMinutes(run, run.planned) : null,
    undo: 'Nothing is changed.',
    notes: [],
    commands: [runCommand(run.request.profile)],
    confirm: 'enter',
    root: false,
    retries: true,
    apply: async () => ({}),
  };
};

/** Builds every step again. */
export const withoutCache: FixAction = async ({ run }, fix) => {
  if (!run) return { not: 'There is no run here that could be tried again.' };
  const image = run.planned?.steps.filter(({ phase }) => phase !== 'models') ?? [];
  const sum = (end: 'low' | 'high') =>
    image.reduce((minutes, { cost }) => minutes + cost.minutes[end], 0);
  return {
    id: 'no-cache',
    title: fix.label,
    does: 'Every step of the image is built again; models and answers are kept.',
    objects: [],
    frees: null,
    download: null,
    minutes: image.length > 0 ? { low: sum('low'), high: sum('high') } : null,
    undo: 'The build cache that is there stays.',
    notes: [],
    commands: [`${runCommand(run.request.profile)} --no-cache`],
    confirm: 'enter',
    root: false,
    retries: true,
    apply: async () => ({ noCache: true }),
  };
};
