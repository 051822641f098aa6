import type { RunState } from '../../src/pipeline/run-state.ts';
import { wrapWords } from '../kit/cells.ts';
import type { Line } from '../kit/row.tsx';
import { sign } from '../kit/theme.ts';
import type { Drawn } from '../run-fields.ts';
import { words } from '../words.ts';

/** A warning goes when what it warned of is old; a replaced part stays said. */
const WARNING_MS = 2 * 60_000;

/** Before there is a plan: an engine may be installed first, and its commands are notes. */
export function waitingLines({ notes }: RunState, { width }: Drawn): Line[] {
  const note = notes.findLast(({ level }) => level === 'info');
  return [words.run.waiting, ...(note ? wrapWords(note.text, width).slice(0, 3) : [])];
}

/** What was replaced, and the newest warning. */
export function noticeLines(run: RunState, { width, theme, now }: Drawn): Line[] {
  const mark = sign(theme, 'notice');
  const fallback = run.fallbacks.at(-1);
  const warning = run.notes.findLast((note) => note.level === 'warn');
  const fresh = warning && now.getTime() - Date.parse(warning.at) < WARNING_MS;
  const texts = [
    ...(fallback
      ? [`${fallback.what}: ${fallback.to} instead of ${fallback.from}. ${fallback.why}`]
      : []),
    ...(fresh ? [warning.text] : []),
  ];
  return texts.flatMap((text) =>
    wrapWords(text, width - 2)
      .slice(0, 2)
      .map(
        (line, index): Line => [
          { text: index === 0 ? `${mark.text} ` : '  ', tone: mark.tone },
          { text: line },
        ],
      ),
  );
}
