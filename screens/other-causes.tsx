import type { Diagnosis } from '../src/contract/diagnosis.ts';
import { wrapWords } from './kit/cells.ts';
import { bodyRows, Frame } from './kit/frame.tsx';
import type { KeyHint } from './kit/key-line.ts';
import { useKeys } from './kit/keys.ts';
import { labelled } from './kit/labelled.ts';
import { type Line, Rows } from './kit/row.tsx';
import { Scroll } from './kit/scroll.tsx';
import { useSurroundings } from './kit/surroundings.tsx';
import type { Theme } from './kit/theme.ts';
import { words } from './words.ts';

export const causesKeys: readonly KeyHint[] = [
  { key: 'Esc', does: words.keys.back },
  { key: 'Up/Down', does: '', optional: true },
  { key: '?', does: '' },
  { key: 'q', does: '' },
];

/** What else was seen, likeliest first, each with its line and what helps. */
export function CausesScreen(props: {
  place: Line;
  causes: readonly Diagnosis[];
  active?: boolean;
  onBack: () => void;
}) {
  const { place, causes, active = true, onBack } = props;
  const { columns, rows, theme } = useSurroundings();
  useKeys((key) => {
    if (key === 'escape' || key === 'm') onBack();
  }, active);
  const width = columns - 2;
  const { title, none } = words.trouble.causes;
  const head: Line[] = [[{ text: causes.length === 0 ? none : title, tone: 'strong' }], ''];
  return (
    <Frame left={place} keys={causesKeys}>
      <Rows lines={head} />
      <Scroll
        lines={causes.flatMap((cause) => causeLines(cause, width, theme))}
        rows={Math.max(2, bodyRows(rows, false) - head.length)}
        more={words.trouble.fix.more}
        active={active}
      />
    </Frame>
  );
}

function causeLines(cause: Diagnosis, width: number, theme: Theme): Line[] {
  const { title, code, evidence, confidence, fixes } = cause;
  const label = { labelWidth: 8, width, theme };
  const { file, line, text } = evidence;
  const { likely, possible, unsure } = words.trouble.causes;
  const sure = confidence >= 0.8 ? likely : confidence >= 0.5 ? possible : unsure;
  const where = file === undefined ? '' : `${words.trouble.causes.line(file, line)}: `;
  return [
    ...wrapWords(`${title} (${code}, ${sure})`, width).map(
      (row): Line => [{ text: row, tone: 'strong' }],
    ),
    ...labelled(words.failure.why, cause.cause.split('\n')[0] ?? '', label),
    ...labelled(words.failure.proof, `${where}${text.trim().split('\n').at(-1) ?? ''}`, {
      ...label,
      most: 2,
    }),
    ...fixes
      .slice(0, 3)
      .flatMap((fix) =>
        wrapWords(`- ${fix.label}${fix.command ? `: ${fix.command}` : ''}`, width - 8).map(
          (row): Line => [{ text: `        ${row}`, tone: 'quiet' }],
        ),
      ),
    '',
  ];
}
