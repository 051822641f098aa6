import { phaseIds } from '../../src/contract/ids.ts';
import { modelBytes, openQuestions, type RunState } from '../../src/pipeline/run-state.ts';
import { stepBytes } from '../../src/pipeline/steps.ts';
import { formatBytes, formatDuration, formatOf } from '../../src/text/format.ts';
import { sign, themeFor } from '../kit/theme.ts';
import { distinctDisks } from '../run-layout.ts';
import { shownSteps, stepTitle } from '../run-steps.ts';
import { words } from '../words.ts';
import { isHere } from './model-lines.ts';

const theme = themeFor({ INK_SCREEN_READER: 'true' });
const mark = (id: Parameters<typeof sign>[1]) => sign(theme, id).text;
/** Lines of a log that are read at once. */
export const SPOKEN_LOG_LINES = 10;
const QUARTERS = 4;

/**
 * What a screen reader says of what has changed: each thing once, in the order in which it happened,
 * and what has an amount again at each quarter. Pure.
 */
export function speak(before: RunState, after: RunState): string[] {
  if (before === after) return [];
  return [
    ...phaseWords(before, after),
    ...noteWords(before, after),
    ...stepWords(before, after),
    ...modelWords(before, after),
    ...diskWords(before, after),
    ...levelWords(before, after),
    ...questionWords(before, after),
  ];
}

function phaseWords(before: RunState, after: RunState): string[] {
  const { spoken } = words.panes;
  return phaseIds.flatMap((id) => {
    const phase = after.phases[id];
    if (phase.state === before.phases[id].state) return [];
    const name = words.phases[id];
    switch (phase.state) {
      case 'running':
        return [`${mark('run')} ${name}`];
      case 'done':
        return [
          phase.satisfied
            ? spoken.phaseThere(name)
            : spoken.phaseDone(name, formatDuration(phase.ms)),
        ];
      case 'failed':
        return [`${mark('fail')} ${name}`];
      case 'stopped':
      case 'waiting':
        return [];
      default:
        return phase satisfies never;
    }
  });
}

function noteWords(before: RunState, after: RunState): string[] {
  const heard = new Set(before.notes);
  const notes = after.notes.filter((note) => !heard.has(note));
  const fallbacks = after.fallbacks.slice(before.fallbacks.length);
  return [
    ...fallbacks.map(
      ({ what, from, to, why }) => `${mark('warn')} ${what}: ${to} instead of ${from}. ${why}`,
    ),
    ...notes.map(({ level, text }) => (level === 'warn' ? `${mark('warn')} ${text}` : text)),
  ];
}

function stepWords(before: RunState, after: RunState): string[] {
  return shownSteps(after).flatMap((step) => {
    const old = before.build.byId[step.id];
    if (old === step) return [];
    const title = stepTitle(step);
    if (old?.state !== step.state) {
      const took = step.cached ? words.run.cached : step.ms === null ? '' : formatDuration(step.ms);
      if (step.state === 'running') return [`${mark('run')} ${title}`];
      if (step.state === 'done')
        return [[`${mark('ok')} ${title}`, took].filter(Boolean).join(', ')];
      if (step.state === 'failed') return [`${mark('fail')} ${title}. ${step.error ?? ''}`];
      return [];
    }
    const now = step.state === 'running' ? stepBytes(step) : null;
    const then = old ? stepBytes(old) : null;
    return now && now.total > 1e6 ? quarter(title, then, now) : [];
  });
}

function modelWords(before: RunState, after: RunState): string[] {
  if (before.models === after.models) return [];
  const states = after.models.flatMap(({ file, state }) => {
    const old = before.models.find((model) => model.file === file)?.state;
    return old === state || state === 'waiting' || state === 'resolving'
      ? []
      : [`${file}: ${words.panes.states[state]}`];
  });
  const [then, now] = [before, after].map((run) => {
    const { bytes, totalBytes } = modelBytes(run);
    return { current: bytes, total: totalBytes };
  });
  const sum =
    after.models.every(isHere) || !now ? [] : quarter(words.panes.names.models, then, now);
  return [...states, ...sum];
}

/** When a disk begins to be short, and when it no longer is. */
function diskWords(before: RunState, after: RunState): string[] {
  if (before.disk === after.disk) return [];
  const wasPaused = distinctDisks(before).some((disk) => disk.downloadsPaused);
  return distinctDisks(after).flatMap((disk) => {
    if (!disk.downloadsPaused || wasPaused) return [];
    const full = disk.fullInSeconds;
    const when = full === undefined ? '' : `, ${words.run.fullIn(formatDuration(full * 1000))}`;
    return [`${mark('warn')} ${words.panes.spoken.disk(formatBytes(disk.freeBytes), when)}`];
  });
}

function levelWords(before: RunState, after: RunState): string[] {
  const levels = after.levels.flatMap((level) =>
    before.levels.includes(level)
      ? []
      : [`${mark(level.status)} ${words.levels[level.id]}: ${level.detail}`],
  );
  const now = after.smokeProgress;
  const then = before.smokeProgress;
  if (!now || now === then) return levels;
  if (now.value === undefined || now.max === undefined) {
    return now.text === then?.text ? levels : [...levels, now.text];
  }
  const old =
    then?.value === undefined || then.max === undefined
      ? null
      : { current: then.value, total: then.max };
  const part = quarter(now.text, old, { current: now.value, total: now.max }, String);
  return [...levels, ...part];
}

function questionWords(before: RunState, after: RunState): string[] {
  const old = new Set(openQuestions(before).map(({ id }) => id));
  return openQuestions(after).flatMap(({ id, text }) =>
    old.has(id) ? [] : [`${words.run.question}: ${text}`],
  );
}

interface Amount {
  current: number;
  total: number;
}

/** Said when a quarter is passed: the half, not every percent. */
function quarter(
  what: string,
  then: Amount | null | undefined,
  now: Amount,
  format?: (value: number) => string,
): string[] {
  const at = (amount: Amount | null | undefined) =>
    amount && amount.total > 0 ? Math.floor((amount.current / amount.total) * QUARTERS) : 0;
  const reached = at(now);
  if (reached === 0 || reached <= at(then) || reached >= QUARTERS) return [];
  const of = format
    ? `${format(now.current)} of ${format(now.total)}`
    : formatOf(now.current, now.total);
  return [words.panes.spoken.quarter(what, reached * (100 / QUARTERS), of)];
}
