import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Diagnosis } from '../contract/diagnosis.ts';
import { runFiles } from '../runner/run-record.ts';
import { withoutColour } from '../text/sanitise.ts';
import { chunksOf } from './file-chunks.ts';
import { displayLine, stripEscapes } from './line.ts';
import { linesOf } from './log-lines.ts';

/** The line that proves a diagnosis, among those that stand around it in its log. */
export interface ProofContext {
  /** Name of the log in the run's folder, or the path as it was given. */
  file: string;
  path: string;
  /** 1-based. */
  line: number;
  before: string[];
  text: string;
  after: string[];
  /** Lines of the whole log. */
  total: number;
}

const logs: readonly string[] = [runFiles.buildLog, runFiles.containerLog];
/** Shorter ones are found everywhere. */
const LEAST_NEEDLE = 8;

/**
 * Finds the proof of a run's diagnosis in its logs: by its line number where the diagnosis has one of
 * a log, else by its words, of which the last that a log holds counts. Null where no log shows it: an
 * errno, an answer of the engine.
 */
export async function runProof(
  runDir: string,
  { evidence }: Diagnosis,
  around: number,
): Promise<ProofContext | null> {
  if (evidence.file !== undefined) {
    const path = join(runDir, evidence.file);
    return contextAt({ file: evidence.file, path }, evidence.line, around).catch(() => null);
  }
  const needles = evidence.text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.length >= LEAST_NEEDLE)
    .reverse();
  if (needles.length === 0) return null;
  for (const file of logs) {
    const path = join(runDir, file);
    if (!(await isFile(path))) continue;
    const line = await lastLineWith(path, needles);
    if (line !== null) return contextAt({ file, path }, line, around);
  }
  return null;
}

/** The lines around one of a log. Throws what the disk says. */
export async function contextAt(
  { file, path }: { file: string; path: string },
  line: number,
  around: number,
): Promise<ProofContext> {
  const before: string[] = [];
  const after: string[] = [];
  let text = '';
  let total = 0;
  for await (const raw of linesOf(chunksOf(path))) {
    total = raw.number;
    if (raw.number < line - around || raw.number > line + around) continue;
    const shown = displayLine(raw.text);
    if (raw.number < line) before.push(shown);
    else if (raw.number === line) text = shown;
    else after.push(shown);
  }
  return { file, path, line, before, text, after, total };
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}

/** Number of the last line that holds the first of the needles that any line holds. */
async function lastLineWith(path: string, needles: readonly string[]): Promise<number | null> {
  let best: { line: number; needle: number } | null = null;
  for await (const { number, text } of linesOf(chunksOf(path))) {
    const plain = text.includes('\x1b') ? withoutColour(stripEscapes(text)) : text;
    const limit = best?.needle ?? needles.length - 1;
    for (let at = 0; at <= limit; at += 1) {
      if (!plain.includes(needles[at] ?? '')) continue;
      best = { line: number, needle: at };
      break;
    }
  }
  return best?.line ?? null;
}
