import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { diagnoseBytes } from './logs.ts';

/**
 * Messages in wordings of other versions than the corpus has, and lines that only look like
 * failures. Written before the patterns were tuned to them: 194 of 203 were right at first sight.
 */
const wordings: [code: string | null, text: string][] = JSON.parse(
  readFileSync(new URL('../../fixtures/logs/wordings.json', import.meta.url), 'utf8'),
);

describe('wordings of other versions', () => {
  it('are diagnosed as their shape says', async () => {
    const wrong: string[] = [];
    for (const [code, text] of wordings) {
      const [first] = await diagnoseBytes(text);
      if ((first?.code ?? null) !== code)
        wrong.push(`${first?.code}, not ${code}: ${text.slice(0, 80)}`);
    }
    expect(wrong).toEqual([]);
    expect(wordings.length).toBeGreaterThan(150);
  });
});
