import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Diagnosis } from '../contract/diagnosis.ts';
import type { Event } from '../contract/events.ts';
import { parseLine } from '../runner/follow.ts';
import { runFiles } from '../runner/run-record.ts';
import { diagnose } from './diagnose.ts';
import { chunksOf } from './file-chunks.ts';
import { factsFromEvents, type RunFacts } from './run-facts.ts';

/** Beyond this a cause that only the words of a log name is not worth a line. */
const MOST = 6;
/** Below this another cause is a guess. */
const LEAST_CONFIDENCE = 0.2;

/**
 * All causes of a run's failure, likeliest first: what the run itself measured, then what its logs
 * show. `evidence.file` says which log a line is of; it is absent where no log was read for it.
 */
export async function diagnoseRun(runDir: string, signal?: AbortSignal): Promise<Diagnosis[]> {
  const events = await readEvents(runDir);
  const facts = factsFromEvents(events);
  const own = events.flatMap((event) => (event.type === 'diagnosis' ? [event.diagnosis] : []));
  const found = await Promise.all(
    [runFiles.buildLog, runFiles.containerLog].map((file) => ofLog(runDir, file, facts, signal)),
  );
  const byCode = new Map<string, Diagnosis>();
  for (const diagnosis of [...own, ...found.flat()]) {
    const known = byCode.get(diagnosis.code);
    if (!known) byCode.set(diagnosis.code, diagnosis);
    // The run's own words, and where the log shows it.
    else if (known.evidence.file === undefined && known.evidence.text !== diagnosis.evidence.text) {
      byCode.set(diagnosis.code, { ...known, fixes: merged(known, diagnosis) });
    }
  }
  const [first, ...others] = [...byCode.values()];
  if (!first) return [];
  return [first, ...others.filter((one) => one.confidence >= LEAST_CONFIDENCE)].slice(0, MOST);
}

/** Events of a run that has ended or was killed; torn lines are left out. */
export async function readEvents(runDir: string): Promise<Event[]> {
  const text = await readFile(join(runDir, runFiles.events), 'utf8').catch(() => '');
  return text.split('\n').flatMap((line) => parseLine(line) ?? []);
}

async function ofLog(
  runDir: string,
  file: string,
  facts: RunFacts,
  signal: AbortSignal | undefined,
): Promise<Diagnosis[]> {
  const path = join(runDir, file);
  if (!(await stat(path).catch(() => null))) return [];
  const diagnoses = await diagnose(chunksOf(path), { facts, ...(signal ? { signal } : {}) });
  return diagnoses.map((one) => ({ ...one, evidence: { ...one.evidence, file } }));
}

function merged(known: Diagnosis, other: Diagnosis): Diagnosis['fixes'] {
  const same = (fix: Diagnosis['fixes'][number]) =>
    known.fixes.some(
      ({ label, applies }) => label === fix.label || (applies && applies === fix.applies),
    );
  return [...known.fixes, ...other.fixes.filter((fix) => !same(fix))];
}
