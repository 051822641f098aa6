import type { Line } from '../kit/row.tsx';
import { type Drawn, fields, LABEL } from '../run-fields.ts';
import { words } from '../words.ts';
import type { PaneId } from './run-view.ts';

/** What a pane is drawn for: `focus` is the pane that the keys go to, null where none shows it. */
export interface PaneDrawn extends Drawn {
  focus: PaneId | null;
}

/**
 * `Disk     47.9 GB free            steady`: the first row of a pane. The one that has the keys has
 * brackets, in colour too.
 */
export function paneTitle(id: PaneId, text: string, right: string, drawn: PaneDrawn): Line {
  const name = words.panes.names[id];
  const here = drawn.focus === id;
  const line = fields(here ? `[${name}]` : name, text, right, drawn);
  if (!here || typeof line === 'string') return line;
  return line.map((span, at) => (at === 0 ? { ...span, tone: 'accent' } : span));
}

/** A row below a pane's title, under its text. */
export function paneRow(text: string, drawn: PaneDrawn): Line {
  return [{ text: ' '.repeat(drawn.theme.screenReader ? 0 : LABEL) }, { text }];
}
