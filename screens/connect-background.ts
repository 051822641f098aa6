import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { planSchema } from '../src/contract/plan.ts';
import { readStepTimes } from '../src/pipeline/step-history.ts';
import { readRunRecord } from '../src/runner/run-record.ts';
import type { RunBackground } from './panes/background.ts';

/** What prepare keeps beside the log (src/pipeline/phases/prepare.ts). */
const INPUTS = 'inputs';

/** Reads what is known of a run beside its events; what is not there yet is left out. */
export async function readBackground(runsDir: string, runId: string): Promise<RunBackground> {
  const dir = join(runsDir, runId);
  const [plan, dockerfile, record] = await Promise.all([
    readPlan(join(dir, INPUTS, 'plan.json')),
    readFile(join(dir, INPUTS, 'Dockerfile'), 'utf8').catch(() => null),
    readRunRecord(dir),
  ]);
  const usual = record ? await readStepTimes(runsDir, record.recipe, runId) : new Map();
  return { plan, dockerfile, usual };
}

async function readPlan(file: string): Promise<RunBackground['plan']> {
  try {
    return planSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return null;
  }
}
