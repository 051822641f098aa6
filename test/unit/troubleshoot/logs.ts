import { readFileSync } from 'node:fs';
import type { Diagnosis } from '../../../src/contract/diagnosis.ts';
import { diagnose } from '../../../src/troubleshoot/diagnose.ts';

const folder = new URL('../../fixtures/logs/', import.meta.url);

export interface ExpectedLog {
  /** The first diagnosis; null where nothing must be said. */
  code: string | null;
  /** `caused`: printed by the programs themselves; `form`: in the form of their source. */
  made: 'caused' | 'form';
}

export const expectedLogs: [string, ExpectedLog][] = Object.entries(
  JSON.parse(readFileSync(new URL('expected.json', folder), 'utf8')),
);

export function readLog(name: string): Buffer {
  return readFileSync(new URL(`${name}.log`, folder));
}

export function diagnoseBytes(bytes: Uint8Array | string): Promise<Diagnosis[]> {
  return diagnose([bytes]);
}
