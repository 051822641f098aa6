import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { diagnosisCodesSchema } from '../../../src/contract/diagnosis.ts';
import { catalogue } from '../../../src/troubleshoot/catalogue/index.ts';
import { fixActions } from '../../../src/troubleshoot/fixes/actions.ts';
import { requiredLiterals } from '../../../src/troubleshoot/literals.ts';
import { registry } from '../../../src/troubleshoot/registry.ts';
import { typedFailures } from '../../../src/troubleshoot/typed-failures.ts';
import { diagnoseBytes, expectedLogs, readLog } from './logs.ts';

const root = new URL('../../../', import.meta.url).pathname;
const sources = globSync('src/**/*.ts', { cwd: root })
  // Where codes are listed, they are not raised.
  .filter(
    (file) => !/^src\/troubleshoot\/(?:catalogue|typed-failures|fixes\/more-fixes)/.test(file),
  )
  .map((file) => readFileSync(`${root}${file}`, 'utf8'));

/** Codes given to a Failure: `new Failure({ code: '…'`, `somethingFailure('…'`, `failed('…'`. */
function raisedCodes(): Set<string> {
  const raised = new Set<string>();
  const kebab = "'([a-z][a-z0-9]*(?:-[a-z0-9]+)+)'";
  const patterns = [
    new RegExp(`new Failure\\(\\s*\\{\\s*(?:\\.\\.\\.\\w+,\\s*)?code: ${kebab}`, 'g'),
    new RegExp(`\\b(?:\\w*[a-z]Failure|failure|failed)\\(\\s*${kebab},`, 'g'),
  ];
  for (const source of sources) {
    for (const pattern of patterns) {
      for (const match of source.matchAll(pattern)) raised.add(match[1] as string);
    }
  }
  return raised;
}

describe('registry of failures', () => {
  const codes = registry.map(({ code }) => code);

  it('names each code once, in the form of the contract', () => {
    expect(new Set(codes).size).toBe(codes.length);
    diagnosisCodesSchema.parse({ v: 1, codes: registry });
    expect(catalogue.length).toBeGreaterThanOrEqual(100);
  });

  it('knows every code that is raised', () => {
    const raised = raisedCodes();
    expect(raised.size).toBeGreaterThan(50);
    expect([...raised].filter((code) => !codes.includes(code))).toEqual([]);
  });

  it('has no code that nothing raises', async () => {
    const shown = new Set<string>();
    for (const [name] of expectedLogs) {
      for (const { code } of await diagnoseBytes(readLog(name))) shown.add(code);
    }
    expect(catalogue.map(({ code }) => code).filter((code) => !shown.has(code))).toEqual([]);
    const inSource = ({ code }: { code: string }) =>
      sources.some((text) => text.includes(`'${code}'`));
    expect(typedFailures.filter((entry) => !inSource(entry))).toEqual([]);
  });

  it('says everything about each class, and names only what exists', () => {
    for (const { code, title, cause, fixes, source, patterns, explains } of catalogue) {
      expect(code).toMatch(/^[a-z0-9]+(-[a-z0-9]+)+$/);
      expect(
        [title, cause, source].every((text) => text.length > 3),
        code,
      ).toBe(true);
      expect(patterns.length, code).toBeGreaterThan(0);
      expect(`${title} ${cause}`, code).not.toMatch(
        /failed to|unable to|please|successfully|oops/i,
      );
      for (const other of explains ?? []) expect(codes, code).toContain(other);
      for (const { applies } of fixes)
        if (applies) expect(Object.keys(fixActions)).toContain(applies);
      for (const pattern of patterns) {
        const { line } = pattern instanceof RegExp ? { line: pattern } : pattern;
        expect(() => requiredLiterals(line), code).not.toThrow();
      }
    }
  });
});
