import { formatBytes } from '../../src/text/format.ts';
import type { FixObject, FixPlan, Offer } from '../../src/troubleshoot/fixes/types.ts';
import { cells, wrapWords } from '../kit/cells.ts';
import type { Line } from '../kit/row.tsx';
import { table } from '../kit/table.ts';
import type { Theme } from '../kit/theme.ts';
import { words } from '../words.ts';
import { readyText } from './offer-rows.ts';

export interface FixView {
  /** All objects, not only the largest. */
  all: boolean;
  commands: boolean;
}

/** What a fix would do, its objects and sizes, what it costs, and how it is undone (A8). */
export function fixLines(
  offer: Offer,
  view: FixView,
  width: number,
  rows: number,
  theme: Theme,
): Line[] {
  const { plan, fix, why } = offer;
  if (!plan) return byHandLines(fix, why, width);
  const { does, notes, minutes, commands } = plan;
  const head = [...wrapWords(does, width), ...undoLines(plan, width)];
  const ready = readyText(minutes);
  const tail: Line[] = [
    ...notes.flatMap((note) => wrapWords(note, width)),
    ...(ready === '' ? [] : [words.trouble.fix.ready(ready.replace(/^about /, ''))]),
  ];
  // First: in a low terminal the key would seem to do nothing.
  if (view.commands) return [...commandLines(commands, width), '', ...head];
  const most = view.all
    ? Number.POSITIVE_INFINITY
    : Math.max(3, rows - head.length - tail.length - 3);
  const objects = objectLines(plan.objects, most, width, theme);
  return [...head, ...spaced(objects), ...spaced(tail)];
}

function undoLines({ undo }: FixPlan, width: number): Line[] {
  const { cannotBeUndone, undo: undone } = words.trouble.fix;
  if (undo === null) return [[{ text: cannotBeUndone, tone: 'warn' }]];
  // A sentence stands by itself; a command is named as what undoes it.
  const text = /[.]$/.test(undo) ? undo : `${undone} ${undo}`;
  return wrapWords(text, width);
}

function objectLines(
  objects: readonly FixObject[],
  most: number,
  width: number,
  theme: Theme,
): Line[] {
  if (objects.length === 0) return [];
  const shown = objects.length > most ? objects.slice(0, Math.max(1, most - 1)) : objects;
  const rest = objects.slice(shown.length);
  const sizes = objects.some(({ bytes }) => bytes !== null);
  const size = (bytes: number | null) => (bytes === null ? '' : formatBytes(bytes));
  const bytes = rest.reduce((sum, object) => sum + (object.bytes ?? 0), 0);
  const longest = Math.max(...shown.map(({ name }) => cells(name)));
  const body = [
    ...shown.map(({ name, bytes: own, note }) => [size(own), name, note]),
    ...(rest.length > 0 ? [[size(bytes), words.trouble.fix.smaller(rest.length), '']] : []),
  ];
  const columns = [
    { title: '', align: 'right' as const },
    { title: '', ...(longest > width / 2 ? { grows: true } : {}) },
    { title: '', ...(longest > width / 2 ? { goes: 1 } : { grows: true }) },
  ];
  return table(
    sizes ? columns : columns.slice(1),
    body.map((row) => (sizes ? row : row.slice(1))),
    width,
    theme,
    24,
  );
}

function commandLines(commands: readonly string[], width: number): Line[] {
  return [
    [{ text: words.trouble.fix.commands, tone: 'quiet' }],
    ...commands.flatMap((command) =>
      wrapWords(command, width - 4).map(
        (text, at): Line => [{ text: `${at === 0 ? '  ' : '    '}${text}`, tone: 'accent' }],
      ),
    ),
  ];
}

/** Only a person can: the words, the whole command, and why there is no key for it. */
function byHandLines(fix: Offer['fix'], why: string | null, width: number): Line[] {
  const { byHand, whyByHand } = words.trouble.fix;
  return [
    ...wrapWords(fix.label, width).map((text): Line => [{ text, tone: 'strong' }]),
    ...(why === null ? [] : ['', ...wrapWords(whyByHand(why), width)]),
    ...(fix.command
      ? ['', ...wrapWords(byHand, width), ...commandLines([fix.command], width).slice(1)]
      : []),
  ];
}

function spaced(lines: readonly Line[]): Line[] {
  return lines.length === 0 ? [] : ['', ...lines];
}
