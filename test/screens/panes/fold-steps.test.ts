import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { foldSteps, type StepRow } from '../../../screens/panes/fold-steps.ts';
import type { BuildStep, StepState } from '../../../src/pipeline/steps.ts';

const step = (id: string, state: StepState): BuildStep => ({
  id,
  stage: 'base',
  title: id,
  state,
  cached: null,
  ms: null,
  error: null,
  startedAt: null,
  progress: {},
  log: { lines: [], dropped: 0 },
  warnings: [],
  build: 1,
});
const letters: Record<string, StepState> = { d: 'done', r: 'running', w: 'waiting', f: 'failed' };
const steps = (pattern: string) =>
  [...pattern].map((letter, at) => step(`${letter}${at}`, letters[letter] ?? 'waiting'));
const drawn = (rows: readonly StepRow[]) =>
  rows.map((row) => ('step' in row ? row.step.id : `+${row.folded.length}`)).join(' ');

describe('folding steps', () => {
  test('all in their order where there is room', () => {
    expect(drawn(foldSteps(steps('ddrw'), 4))).toBe('d0 d1 r2 w3');
  });

  test('the oldest finished and the last waiting fold, where they stand', () => {
    expect(drawn(foldSteps(steps('ddddrwwww'), 6))).toBe('+3 d3 r4 w5 w6 +2');
  });

  test('what lies between running ones folds in its place', () => {
    expect(drawn(foldSteps(steps('drdddddrw'), 4))).toBe('r1 r7');
    expect(drawn(foldSteps(steps('drdddddrw'), 5))).toBe('d0 r1 +5 r7 w8');
  });

  test('the cursor keeps its neighbours in sight', () => {
    expect(drawn(foldSteps(steps('ddddddddrw'), 6, 'd2'))).toBe('+2 d2 d3 +4 r8 w9');
  });

  test('never more rows than there are, running and failed never fold, the order stays', () => {
    const pattern = fc
      .array(fc.constantFrom('d', 'r', 'w', 'f'), { maxLength: 40 })
      .map((all) => all.join(''));
    fc.assert(
      fc.property(pattern, fc.integer({ min: 0, max: 30 }), fc.nat(39), (text, rows, cursor) => {
        const all = steps(text);
        const list = foldSteps(all, rows, all[cursor]?.id ?? null);
        expect(list.length).toBeLessThanOrEqual(rows);
        const shown = list.flatMap((row) => ('step' in row ? [row.step] : row.folded));
        const going = all.filter(({ state }) => state === 'running' || state === 'failed');
        const visible = new Set(list.flatMap((row) => ('step' in row ? [row.step] : [])));
        if (going.length <= rows) for (const one of going) expect(visible.has(one)).toBe(true);
        const order = shown.map((one) => all.indexOf(one));
        expect(order).toEqual([...order].sort((a, b) => a - b));
        // A row for what is folded stands for all of it: nothing is lost unsaid.
        if (list.some((row) => 'folded' in row)) expect(shown).toEqual(all);
      }),
    );
  });
});
