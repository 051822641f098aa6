import { describe, expect, test } from 'vitest';
import { lineText } from '../../../screens/kit/row.tsx';
import { fieldLine, typed, typedAll } from '../../../screens/kit/text-field.ts';
import { themeFor } from '../../../screens/kit/theme.ts';

const empty = { text: '', at: 0 };

describe('a text field', () => {
  test('takes a paste without its control characters', () => {
    expect(typed(empty, 'a\x1b[31mb\nc').text).toBe('a[31mbc');
  });

  test('types where the cursor is', () => {
    expect(typed({ text: 'ac', at: 1 }, 'b')).toEqual({ text: 'abc', at: 2 });
  });

  test('takes several keys that came in one piece, Enter at the end', () => {
    const { left, entered } = typedAll({ text: '8188', at: 4 }, '\x7f\x7f99\r');
    expect(left.text).toBe('8199');
    expect(entered).toBe(true);
    expect(typedAll(empty, '\x7f\x7f').left).toEqual(empty);
  });

  test('never grows beyond its room, and keeps the cursor in sight', () => {
    const theme = themeFor({ LANG: 'C' });
    const text = 'x'.repeat(100);
    for (const at of [0, 50, 100]) {
      const shown = lineText(fieldLine({ text, at }, 20, theme));
      expect(shown.length).toBeLessThanOrEqual(20);
      expect(shown).toContain('_');
    }
  });
});
