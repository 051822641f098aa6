import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { codesPage } from '../../../src/troubleshoot/codes-page.ts';
import { registry } from '../../../src/troubleshoot/registry.ts';

const page = new URL('../../../src/troubleshoot/CODES.md', import.meta.url);

it('CODES.md is what the catalogue says: node src/troubleshoot/write-codes-page.ts writes it', () => {
  expect(readFileSync(page, 'utf8')).toBe(codesPage());
});

it('has a section for each code, and a link to it', () => {
  const text = codesPage();
  for (const { code, title } of registry) {
    expect(text).toContain(`\n## ${code}\n`);
    expect(text).toContain(`(#${code})`);
    expect(title.length).toBeGreaterThan(3);
  }
});
