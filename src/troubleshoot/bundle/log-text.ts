import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { anonymise, type Hidden } from '../../text/anonymise.ts';
import { chunksOf } from '../file-chunks.ts';
import { lastLines, lineRange } from '../log-lines.ts';
import { runProof } from '../proof-context.ts';
import { diagnoseRun } from '../run-diagnosis.ts';

/** Lines before and after the one that proves the failure. */
const BEFORE = 200;
const AFTER = 60;

/**
 * A log of a run around its failure and at its end, each line with its number.
 * @throws Error with a sentence where the run has no such log
 */
export async function logText(
  runDir: string,
  name: string,
  hidden: Hidden,
  tail: number,
): Promise<string> {
  const path = join(runDir, name);
  const found = await stat(path).catch(() => null);
  if (!found) throw new Error('The run has no such log.');
  if (found.size === 0) throw new Error('It is empty.');
  const [first] = await diagnoseRun(runDir);
  const proof = first ? await runProof(runDir, first, 0) : null;
  const end = await lastLines(chunksOf(path), tail);
  const pieces = [numbered(end.from, end.lines)];
  if (proof?.file === name && proof.line < end.from) {
    const last = Math.min(proof.line + AFTER, end.from - 1);
    const around = await lineRange(chunksOf(path), proof.line - BEFORE, last);
    const start = Math.max(1, proof.line - BEFORE);
    pieces.unshift(
      `[lines ${start} to ${last} of ${end.total}]`,
      numbered(start, around.lines),
      '[...]',
    );
  }
  return `${anonymise(pieces.join('\n'), hidden)}\n`;
}

function numbered(from: number, lines: readonly string[]): string {
  return lines.map((line, at) => `${String(from + at).padStart(6)}  ${line}`).join('\n');
}
