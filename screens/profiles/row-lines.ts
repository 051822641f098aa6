import { basename } from 'node:path';
import type { Choices } from '../../src/contract/choices.ts';
import { homePath } from '../home-path.ts';
import { cells, wrapWords } from '../kit/cells.ts';
import { labelled } from '../kit/labelled.ts';
import type { Line } from '../kit/row.tsx';
import { NARROW_COLUMNS } from '../kit/surroundings.tsx';
import { type Column, table } from '../kit/table.ts';
import { sign, type Theme } from '../kit/theme.ts';
import type { ProfileRow, ProfilesSeen } from '../profiles-world.ts';
import { dayOf } from '../welcome/headline.ts';
import { words } from '../words.ts';
import { type Fit, fitSentences, fitText } from './fit.ts';

const LABEL = 10;
/** Cells of the cursor and the mark of the default. */
const MARK = 4;

export interface ListedRow {
  row: ProfileRow;
  fit: Fit;
}

/** The list, its title row first where there is room for columns; the cursor stands on `at`. */
export function listLines(
  rows: readonly ListedRow[],
  at: number,
  now: Date,
  width: number,
  theme: Theme,
): Line[] {
  const { profiles } = words;
  const { columns } = profiles;
  const body = rows.map(({ row, fit }, index): Line[] => {
    const here = index === at;
    const tone = here ? 'strong' : 'plain';
    return [
      [
        { text: markOf(row, here, theme), tone: here ? 'accent' : 'plain' },
        { text: row.name, tone },
      ],
      [{ text: profiles.origins[row.origin], tone: 'quiet' }],
      [{ text: fitText(fit), tone: fit.kind === 'cannot' ? 'warn' : 'plain' }],
      [{ text: lastText(row, now), tone: row.last?.state === 'failed' ? 'fail' : 'quiet' }],
    ];
  });
  const shape: Column[] = [
    { title: `${blank(theme)}${columns.name}`, grows: true },
    { title: columns.origin, goes: 3 },
    { title: columns.fit, goes: 1 },
    { title: columns.last, goes: 2 },
  ];
  // A name is what the commands take: it is whole, and of the rest what decides stays longest.
  const names = Math.max(...rows.map(({ row }) => cells(row.name)), 0);
  const lines = table(shape, body, width, theme, Math.min(width, names + MARK));
  // A narrow list has the names: they need no title.
  return width < NARROW_COLUMNS - 2 ? lines.slice(1) : lines;
}

function blank(theme: Theme): string {
  return theme.screenReader ? '' : '    ';
}

function markOf(row: ProfileRow, here: boolean, theme: Theme): string {
  const cursor = sign(theme, 'cursor').text;
  if (theme.screenReader) {
    const said = [...(here ? [cursor] : []), ...(row.default ? [words.profiles.isDefault] : [])];
    return said.length === 0 ? '' : `${said.join(', ')}: `;
  }
  return `${here ? cursor : ' '} ${row.default ? '*' : ' '} `;
}

function lastText({ last }: ProfileRow, now: Date): string {
  const { profiles } = words;
  if (!last) return profiles.never;
  return profiles.when(profiles.states[last.state], dayOf(new Date(last.startedAt), now));
}

/** What is known of the one that is looked at: for whom, what it holds, how its last run ended. */
export function detailLines(
  { row, fit }: ListedRow,
  now: Date,
  { width, theme, home }: { width: number; theme: Theme; home: string | null },
): Line[] {
  const { rows, shippedFile } = words.profiles;
  const { last, path } = row;
  const ended = last ? [lastText(row, now), last.summary ?? ''].filter(Boolean).join(': ') : '';
  const told: [string, string][] = [
    [rows.last, ended],
    ...fitSentences(fit).map((text, at): [string, string] => [at === 0 ? rows.here : '', text]),
    [rows.what, heldText(row.choices)],
    [rows.file, path === null ? shippedFile : homePath(path, home)],
  ];
  return [
    ...wrapWords(row.description ?? '', width).map((text): Line => [{ text, tone: 'strong' }]),
    ...told.flatMap(([label, text]) =>
      text === '' ? [] : labelled(label, text, { labelWidth: LABEL, width, theme, most: 2 }),
    ),
  ];
}

/** Its choices, each as `--set` would name it. */
function heldText(choices: Choices): string {
  const said = Object.entries(choices).map(
    ([key, value]) => `${key} ${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  return said.length === 0 ? words.profiles.allOpen : said.join(', ');
}

/** Files that are no usable profile: each says which and why. */
export function problemLines({ problems }: ProfilesSeen, width: number, theme: Theme): Line[] {
  const { text } = sign(theme, 'notice');
  return problems.flatMap(({ text: why, path }) =>
    wrapWords(
      `${text} ${width < NARROW_COLUMNS - 2 ? why.replace(path, basename(path)) : why}`,
      width,
    ).map((line): Line => [{ text: line, tone: 'warn' }]),
  );
}
