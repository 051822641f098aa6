import { describe, expect, it } from 'vitest';
import { displayLine } from '../../../src/troubleshoot/line.ts';
import { diagnoseBytes, expectedLogs, readLog } from './logs.ts';

describe('diagnose on the corpus of logs', () => {
  it('has at least 120 logs with a failure and 20 without', () => {
    expect(expectedLogs.filter(([, { code }]) => code !== null).length).toBeGreaterThanOrEqual(120);
    expect(expectedLogs.filter(([, { code }]) => code === null).length).toBeGreaterThanOrEqual(20);
  });

  it.each(expectedLogs)('%s', async (name, { code }) => {
    const diagnoses = await diagnoseBytes(readLog(name));
    expect(diagnoses.map((d) => d.code)[0] ?? null).toBe(code);
  });

  it('proves with a line of the file, under its own number', async () => {
    for (const [name, { code }] of expectedLogs) {
      const text = readLog(name).toString('utf8');
      // JSON logs hold the line inside a value, often in base64.
      if (code === null || text.trimStart().startsWith('{')) continue;
      const [first] = await diagnoseBytes(text);
      const line = text.split('\n')[(first?.evidence.line ?? 0) - 1] ?? '';
      const parts = line.split('\r').map((part) => displayLine(part));
      expect(
        parts.some((part) => part.includes(first?.evidence.text ?? '?')),
        name,
      ).toBe(true);
    }
  });
});
