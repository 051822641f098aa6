import { stripVTControlCharacters } from 'node:util';
import type { CheckGroup, TimedResult } from './types.ts';

const words = { ok: 'ok', warn: 'WARN', fail: 'FAIL', skip: 'skip' } as const;
const groupTitles: Record<CheckGroup, string> = {
  gpu: 'GPU',
  engine: 'Docker',
  disk: 'Disk',
  memory: 'Memory',
  host: 'This computer',
  network: 'Network',
  own: 'What is left of earlier runs',
};
const STATUS_WIDTH = 6;
const TITLE_WIDTH = 24;

/** What the checks say together: one sentence. */
export function headline(results: readonly TimedResult[]): string {
  const count = (status: TimedResult['status']) =>
    results.filter((result) => result.status === status).length;
  const failed = results.filter((result) => result.status === 'fail');
  const warnings = count('warn');
  if (failed.length > 0) {
    const named = failed.map(({ title }) => title).join(', ');
    return `This computer cannot run SteadyDancer yet: ${named}.`;
  }
  const gpu = results.find(({ id }) => id === 'gpu');
  const can =
    gpu?.status === 'warn'
      ? 'This computer can rehearse, and build for a computer with a GPU.'
      : 'This computer can run SteadyDancer.';
  if (warnings === 0) return can;
  return `${can} ${warnings === 1 ? 'One thing' : `${warnings} things`} to know.`;
}

/** The rows as lines of at most `width` columns: status word, title, detail, then the fix. */
export function reportLines(results: readonly TimedResult[], ms: number, width = 80): string[] {
  const lines: string[] = [headline(results)];
  let group: CheckGroup | null = null;
  for (const result of results) {
    if (result.group !== group) {
      group = result.group;
      lines.push('', groupTitles[group]);
    }
    lines.push(...rowLines(result, width));
  }
  const tally = (['ok', 'warn', 'fail', 'skip'] as const)
    .map((status) => `${results.filter((it) => it.status === status).length} ${words[status]}`)
    .join(', ');
  return [...lines, '', `${results.length} checks in ${(ms / 1000).toFixed(1)} s: ${tally}`];
}

function rowLines({ status, title, detail, fix }: TimedResult, width: number): string[] {
  const indent = ' '.repeat(STATUS_WIDTH + TITLE_WIDTH);
  const head = words[status].padEnd(STATUS_WIDTH) + title.padEnd(TITLE_WIDTH);
  const text = wrap(stripVTControlCharacters(detail), width - indent.length);
  const rows = text.map((line, at) => (at === 0 ? head : indent) + line);
  if (fix) {
    rows.push(...wrap(`-> ${fix.label}`, width - indent.length).map((line) => indent + line));
    // A command is one line, whatever its length: it is there to be copied.
    if (fix.command) rows.push(`${' '.repeat(STATUS_WIDTH)}${fix.command}`);
  }
  return rows;
}

/** Breaks at spaces; a word longer than the width stays whole. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/).filter(Boolean)) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
