import type { KeyHint } from '../kit/key-line.ts';
import { words } from '../words.ts';
import type { RunView } from './run-view.ts';

const { keys } = words.panes;
const everywhere: readonly KeyHint[] = [
  { key: 'd', does: words.keys.detach },
  { key: 'q', does: words.keys.stop },
  { key: '?', does: '' },
];

/** All keys of the page, for `?`. */
export const runKeys: readonly KeyHint[] = [
  { key: 'Tab', does: keys.pane },
  { key: 'Enter', does: keys.open },
  { key: 'Left/Right', does: keys.otherStep },
  { key: 'PgUp/PgDn', does: keys.scroll },
  { key: 'End', does: words.panes.following },
  { key: '/', does: keys.search },
  { key: 'a', does: keys.all },
  { key: 'c', does: keys.copy },
  { key: 'p', does: keys.pager },
  { key: 'f', does: words.panes.free.option },
  { key: 'n', does: keys.notifyOn },
  ...everywhere,
];

/** The keys that mean something now, Enter's meaning first (MOCKUPS C1). */
export function keysNow(view: RunView, asked: boolean): readonly KeyHint[] {
  const { search } = view;
  if (search.typing !== null) {
    return [
      { key: 'Enter', does: keys.find },
      { key: 'Esc', does: keys.leaveSearch },
    ];
  }
  if (search.query !== '') {
    return [
      { key: 'n', does: keys.next },
      { key: 'N', does: keys.previous },
      { key: 'Esc', does: keys.endSearch },
      { key: 'p', does: keys.pager, optional: true },
      ...everywhere,
    ];
  }
  if (view.opened === 'free') {
    return [
      { key: 'y', does: words.panes.free.remove },
      { key: 'Esc', does: keys.back },
    ];
  }
  if (view.opened) {
    return [
      { key: 'Esc', does: keys.back },
      { key: 'Left/Right', does: keys.otherStep, optional: true },
      { key: '/', does: keys.search, optional: true },
      { key: 'c', does: keys.copy, optional: true },
      { key: 'p', does: keys.pager, optional: true },
      ...everywhere,
    ];
  }
  const notify = view.notify ? keys.notifyOff : keys.notifyOn;
  return [
    ...(asked ? [{ key: 'Enter', does: keys.answer }] : []),
    { key: 'Tab', does: keys.pane, optional: asked },
    ...(asked ? [] : [{ key: 'Enter', does: keys.open, optional: true }]),
    { key: '/', does: keys.search, optional: true },
    { key: 'n', does: notify, optional: true },
    ...(asked ? [] : [{ key: 'p', does: keys.pager, optional: true }]),
    ...everywhere,
  ];
}
