import { describe, expect, test } from 'vitest';
import { LogTail } from '../../../screens/panes/log-tail.ts';
import {
  firstView,
  pressKey,
  pressText,
  type RunView,
  type ViewFacts,
} from '../../../screens/panes/run-view.ts';

const tail = new LogTail();
for (let at = 0; at < 100; at += 1) tail.push({ vertex: 'b', text: `line ${at}` }, 'base');
tail.push({ vertex: 'c', text: 'cloning' }, 'comfyui');

const facts: ViewFacts = {
  panes: ['steps', 'log', 'disk'],
  steps: ['a', 'b', 'c', 'd'],
  current: 'b',
  logged: ['b', 'c'],
  shown: 'b',
  log: tail.of('b'),
  logRows: 10,
  asked: false,
  canFree: true,
};
const press = (keys: readonly string[], from: RunView = firstView, more: Partial<ViewFacts> = {}) =>
  keys.reduce((view, key) => pressKey(view, key, { ...facts, ...more }).view, from);
const type = (text: string) => [...text];

describe('panes', () => {
  test('Tab goes round those that are there', () => {
    expect(press(['tab']).focus).toBe('log');
    expect(press(['tab', 'tab', 'tab']).focus).toBe('steps');
  });

  test('the cursor begins at the step that works, and Enter opens it with its lines', () => {
    expect(press(['down']).step).toBe('b');
    expect(press(['down', 'down', 'down', 'down']).step).toBe('d');
    const opened = press(['down', 'up', 'enter']);
    expect(opened).toMatchObject({ opened: 'step', step: 'a', log: { of: 'step', id: 'a' } });
    expect(press(['escape'], opened)).toMatchObject({ opened: null, log: { of: 'newest' } });
  });

  test('Enter on the log gives it the page', () => {
    expect(press(['tab', 'enter'])).toMatchObject({ opened: 'log' });
    expect(press(['tab', 'enter', 'escape'])).toMatchObject({ opened: null });
  });

  test('while the run asks, Up, Down and Enter are the answer’s', () => {
    expect(press(['down', 'enter'], firstView, { asked: true })).toEqual(firstView);
    expect(press(['tab'], firstView, { asked: true }).focus).toBe('log');
  });

  test('Left and Right choose whose lines are shown; behind the last it is the newest again', () => {
    expect(press(['right']).log).toEqual({ of: 'step', id: 'c' });
    expect(press(['right'], firstView, { shown: 'c' }).log).toEqual({ of: 'newest' });
    expect(press(['left']).log).toEqual({ of: 'newest' });
    expect(press(['left'], firstView, { shown: 'c' }).log).toEqual({ of: 'step', id: 'b' });
    expect(press(['a']).log).toEqual({ of: 'all' });
    expect(press(['a', 'a']).log).toEqual({ of: 'newest' });
  });
});

describe('scrolling', () => {
  test('a page up stops following, End and the lowest page follow again', () => {
    expect(press(['pageUp']).top).toBe(81);
    expect(press(['pageUp', 'pageDown']).top).toBeNull();
    expect(press(['home']).top).toBe(0);
    expect(press(['home', 'end']).top).toBeNull();
    expect(press(['home', 'pageUp']).top).toBe(0);
  });

  test('Up and Down scroll where the log has the keys', () => {
    expect(press(['tab', 'up', 'up']).top).toBe(88);
    expect(press(['up', 'up']).top).toBeNull();
  });
});

describe('search', () => {
  test('every letter is typed, none is a key', () => {
    const typing = press(['/', ...type('dqn')]);
    expect(typing.search.typing).toBe('dqn');
    expect(pressKey(typing, 'd', facts).does).toBeUndefined();
    expect(press(['backspace'], typing).search.typing).toBe('dq');
    expect(press(['escape'], typing).search).toEqual(firstView.search);
  });

  test('Enter goes to the nearest match, n and N to the next and the one before, round the end', () => {
    const found = press(['/', ...type('line 5'), 'enter']);
    // line 5, 50 to 59: the newest is nearest to the end, which was followed.
    expect(found.search).toEqual({ typing: null, query: 'line 5', at: 59 });
    expect(found.top).toBe(54);
    expect(press(['n'], found).search.at).toBe(5);
    expect(press(['n', 'N'], found).search.at).toBe(59);
    expect(press(['N'], found).search.at).toBe(58);
    expect(press(['escape'], found).search.query).toBe('');
  });

  test('where the log had to give way, what is found opens it', () => {
    const found = press(['/', ...type('line 5'), 'enter'], firstView, { logRows: 0 });
    expect(found).toMatchObject({ opened: 'log', focus: 'log' });
  });

  test('what is not there is no match, and nothing moves', () => {
    const view = press(['/', ...type('nowhere'), 'enter']);
    expect(view.search).toMatchObject({ query: 'nowhere', at: null });
    expect(view.top).toBeNull();
  });

  test('without a search n is the wish to be told', () => {
    const { view, does } = pressKey(firstView, 'n', facts);
    expect(view.notify).toBe(true);
    expect(does).toBe('notify');
  });

  test('text that comes at once goes into the field, Enter in it finds; elsewhere it is nothing', () => {
    expect(pressText(firstView, '/line 5\r', facts).search.at).toBe(59);
    expect(pressText(press(['/']), 'torch', facts).search.typing).toBe('torch');
    expect(pressText(firstView, 'dddd', facts)).toBe(firstView);
  });
});
