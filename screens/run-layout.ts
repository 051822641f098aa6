import { type DiskPlace, type PhaseId, phaseIds } from '../src/contract/ids.ts';
import type { DiskSample, PhaseState, RunState } from '../src/pipeline/run-state.ts';
import { formatDuration } from '../src/text/format.ts';
import { cells } from './kit/cells.ts';
import { signed } from './kit/labelled.ts';
import type { Line, Span } from './kit/row.tsx';
import { NARROW_COLUMNS } from './kit/surroundings.tsx';
import { type SignId, sign } from './kit/theme.ts';
import { type Drawn, wholeSeconds } from './run-fields.ts';
import { words } from './words.ts';

/** `ok 2 of 7 phases  >  RUN build 5 m 57 s  >  wait models, image`: where the run is. */
export function phaseStrip(state: RunState, { now, theme, width }: Drawn): Line {
  const asked = phaseIds.filter((id) => (id !== 'push' && id !== 'deploy') || begun(state, id));
  const done = asked.filter((id) => state.phases[id].state === 'done');
  const parts: Span[][] = [];
  const put = (id: SignId, text: string) => {
    const mark = sign(theme, id);
    parts.push([{ text: mark.text, tone: mark.tone }, { text: ` ${text}` }]);
  };
  const narrow = width < NARROW_COLUMNS - 2;
  const putDone = () => {
    if (done.length > 0) put('ok', words.run.phasesDone(done.length, asked.length));
  };
  // A narrow row is cut at its end: what happens now comes first.
  if (!narrow) putDone();
  for (const id of asked) {
    const phase = state.phases[id];
    if (phase.state === 'failed') put('fail', words.phases[id]);
    if (phase.state === 'stopped') put('skip', words.phases[id]);
    if (phase.state !== 'running') continue;
    const ms = now.getTime() - Date.parse(phase.startedAt);
    put('run', `${words.phases[id]} ${formatDuration(wholeSeconds(ms))}`);
  }
  if (narrow) putDone();
  const waiting = asked.filter((id) => state.phases[id].state === 'waiting');
  if (waiting.length > 0 && !narrow) {
    const named = waiting.slice(0, 2).map((id) => words.phases[id]);
    const more = waiting.length > 2 ? [words.run.more(waiting.length - 2)] : [];
    put('wait', [named.join(', '), ...more].join(' '));
  }
  const between: Span = { text: theme.screenReader ? ', ' : '  >  ', tone: 'quiet' };
  return parts.flatMap((part, index) => (index === 0 ? part : [between, ...part]));
}

function begun(state: RunState, id: PhaseId): boolean {
  const phase: PhaseState = state.phases[id];
  return phase.state !== 'waiting';
}

const byMeaning: readonly DiskPlace[] = ['docker', 'models', 'output', 'state', 'temp'];

/**
 * One of the places on each filesystem, the one that says most: they have the same figures, but for
 * what was written between two looks.
 */
export function distinctDisks({ disk }: RunState): DiskSample[] {
  const places = byMeaning.flatMap((place) => disk[place] ?? []);
  return places.filter((one, at) => places.findIndex((other) => sameFilesystem(other, one)) === at);
}

export function sameFilesystem(a: DiskSample, b: DiskSample): boolean {
  if (a.name !== undefined && b.name !== undefined) return a.name === b.name;
  const apart = Math.abs(a.freeBytes - b.freeBytes);
  return a.totalBytes === b.totalBytes && apart <= Math.max(1e9, 0.01 * a.totalBytes);
}

const levelSigns = { ok: 'ok', warn: 'warn', fail: 'fail', skip: 'skip' } as const;

/** Levels of the test as they come in, and what is being done. */
export function levelLines(state: RunState, drawn: Drawn, most = 1): Line[] {
  const { theme, width } = drawn;
  const titleWidth = Math.max(...Object.values(words.levels).map(cells));
  const lines = state.levels.flatMap((level) =>
    signed(levelSigns[level.status], words.levels[level.id], level.detail, {
      theme,
      titleWidth,
      width,
      most,
    }),
  );
  const progress = state.smokeProgress;
  if (!progress) return lines;
  const { text, value, max } = progress;
  const count = value === undefined || max === undefined ? '' : `${value} of ${max}`;
  const said = count === '' || text.includes(count) ? text : `${text} ${count}`;
  return [...lines, ...signed('run', words.run.test, said, { theme, titleWidth, width })];
}
