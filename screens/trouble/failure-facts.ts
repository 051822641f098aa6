import type { Diagnosis } from '../../src/contract/diagnosis.ts';
import type { ProofContext } from '../../src/troubleshoot/proof-context.ts';
import { cells, cut, wrapWords } from '../kit/cells.ts';
import { labelled } from '../kit/labelled.ts';
import type { Line } from '../kit/row.tsx';
import { NARROW_COLUMNS } from '../kit/surroundings.tsx';
import type { Theme } from '../kit/theme.ts';
import { words } from '../words.ts';

/** What a failure page says before it asks, in the order of MOCKUPS A7. */
export interface FailureFacts {
  diagnosis: Diagnosis | null;
  /** Where there is no diagnosis. */
  title: string;
  figure: string | null;
  /** What another cause says about the why, where the first only says that it ended. */
  why: string | null;
  /** Where in the run: `step 23 of 24, export`. */
  place: string | null;
  proof: ProofContext | null;
  /** Null where it is not known yet, [] where there is nothing to keep. */
  kept: readonly string[] | null;
}

export interface FactPart {
  lines: Line[];
  least: number;
  importance: number;
}

const LABEL = 8;
/** Lines of a log that stand above and below the one that proves it. */
const AROUND = 2;

export function factParts(
  facts: FailureFacts,
  width: number,
  low: boolean,
  theme: Theme,
): FactPart[] {
  const { diagnosis, figure, kept } = facts;
  const title = diagnosis?.title ?? facts.title;
  const head = headLines(title, figure, diagnosis?.code ?? '', width);
  const blank: FactPart = { lines: low ? [] : [''], least: 0, importance: 0 };
  const own = diagnosis && diagnosis.cause !== title ? oneLine(diagnosis.cause) : '';
  const why = facts.why ?? own;
  const label = { labelWidth: LABEL, width, theme, most: low ? 1 : 3 };
  const proof = diagnosis ? proofLines(facts, diagnosis, width, low, theme) : [];
  return [
    { lines: head, least: head.length, importance: 9 },
    blank,
    {
      lines: why && !low ? labelled(words.failure.why, why, label) : [],
      least: 1,
      importance: 4,
    },
    { lines: proof, least: Math.min(2, proof.length), importance: 5 },
    {
      lines:
        kept && kept.length > 0
          ? labelled(words.failure.kept, kept.join(', '), { ...label, most: low ? 1 : 2 })
          : [],
      least: 1,
      importance: 6,
    },
    blank,
  ];
}

/** The sentence, the figure below it, and at the right edge the code that people search for. */
function headLines(title: string, figure: string | null, code: string, width: number): Line[] {
  const strong = wrapWords(title, width).map((text): Line => [{ text, tone: 'strong' }]);
  const quiet = figure === null ? [] : wrapWords(figure, width).map((text): Line => [{ text }]);
  const rows = [...strong, ...quiet];
  const last = rows.at(-1) as { text: string }[] | undefined;
  const text = last?.[0]?.text ?? '';
  if (code === '' || width < NARROW_COLUMNS - 2) return rows;
  const gap = width - cells(text) - cells(code);
  const spaces = (count: number) => ({ text: ' '.repeat(Math.max(0, count)) });
  const edge = { text: code, tone: 'quiet' as const };
  if (gap < 2) return [...rows, [spaces(width - cells(code)), edge]];
  return [...rows.slice(0, -1), [...(last ?? []), spaces(gap), edge]];
}

function proofLines(
  { proof, place }: FailureFacts,
  { evidence, title }: Diagnosis,
  width: number,
  low: boolean,
  theme: Theme,
): Line[] {
  const said = proof?.text.trim() || lastLine(evidence.text);
  // The sentence already says it.
  if (!proof && said === title) return [];
  if (low) return labelled(words.failure.proof, said, { labelWidth: LABEL, width, theme, most: 1 });
  const where = proof ? words.failure.kind(proof.file, proof.line) : words.failure.answer;
  const head = labelled(words.failure.proof, [place, where].filter(Boolean).join('; '), {
    ...{ labelWidth: LABEL, width, theme },
    most: 1,
  });
  const indent = ' '.repeat(LABEL - 2);
  const edge = theme.unicode ? '│' : '|';
  const room = width - LABEL;
  const beside = (text: string): Line => [
    { text: `${indent}${edge} ${cut(text, room, theme.ellipsis)}`, tone: 'quiet' },
  ];
  const telling = wrapWords(said, room)
    .slice(0, 3)
    .map((text): Line => [{ text: `${indent}> `, tone: 'fail' }, { text }]);
  if (!proof) return [...head, ...telling];
  const before = proof.before.filter((text) => text.trim() !== '').slice(-AROUND);
  const after = proof.after.filter((text) => text.trim() !== '').slice(0, 1);
  return [...head, ...before.map(beside), ...telling, ...after.map(beside)];
}

/** Of the words that an engine or a step said last, the last ones say what it was. */
function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1)?.trim() ?? '';
}

function oneLine(text: string): string {
  // What the program said last is in the proof.
  return (text.split('\n')[0] ?? '').replace(/ ?Its last lines:$/, '').trim();
}

/** The failure as one text, for a chat or a search. */
export function failureText(facts: FailureFacts, others: readonly Diagnosis[]): string {
  const { diagnosis, figure, proof, kept } = facts;
  return [
    `${diagnosis?.title ?? facts.title}${diagnosis ? ` [${diagnosis.code}]` : ''}`,
    ...(figure ? [figure] : []),
    ...(diagnosis ? [`${words.failure.why}: ${diagnosis.cause}`] : []),
    ...(proof
      ? [`${words.failure.proof}: ${words.failure.kind(proof.file, proof.line)}`, proof.text]
      : diagnosis
        ? [`${words.failure.proof}: ${diagnosis.evidence.text}`]
        : []),
    ...(kept && kept.length > 0 ? [`${words.failure.kept}: ${kept.join(', ')}`] : []),
    ...others.map(({ code, title }) => `+ ${title} [${code}]`),
    '',
  ].join('\n');
}
