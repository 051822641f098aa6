import { createInterface } from 'node:readline/promises';
import { defaultChoices } from '../contract/choices.ts';
import type { DoctorReport } from '../contract/doctor.ts';
import { exitCodes } from '../contract/exit-codes.ts';
import { examine } from '../doctor/examine.ts';
import { reportLines } from '../doctor/rows.ts';
import { applyFix, type SafeFix, safeFixes } from '../doctor/safe-fixes.ts';
import type { TimedResult } from '../doctor/types.ts';
import { systemClock } from '../ports/clock.ts';
import { systemProcesses } from '../ports/processes.ts';
import { type Io, outJson } from './io.ts';

export interface DoctorOptions {
  json?: boolean;
  fix?: boolean;
  yes?: boolean;
  /** False: `--no-network`. */
  network?: boolean;
}

/** `doctor`: checks this machine. Exit 10 when a check fails, 18 when a fix waited for a `y`. */
export async function doctor(options: DoctorOptions, io: Io): Promise<number> {
  const first = await look(options, io);
  const fixes = options.fix ? safeFixes(first.results) : [];
  if (fixes.length === 0) {
    if (options.fix) io.say('No check has a fix that is safe to apply by itself.');
    return report(first, options, io);
  }
  // With --json the first look is not the result: only what is true in the end is printed.
  if (!options.json) report(first, options, io);
  for (const fix of fixes) io.say(`Would apply for ${fix.check}: ${fix.label}\n  ${fix.command}`);
  if (!(options.yes || (await agreed(io)))) {
    if (options.json) report(first, options, io);
    io.say('Nothing was changed.');
    return exitCodes.question;
  }
  await applyAll(fixes, io);
  return report(await look(options, io), options, io);
}

interface Look {
  results: TimedResult[];
  ms: number;
}

async function look(options: DoctorOptions, io: Io): Promise<Look> {
  const started = performance.now();
  const { results } = await examine({
    env: io.env,
    processes: systemProcesses,
    clock: systemClock,
    port: defaultChoices.port,
    network: options.network !== false,
    // Under sudo the person's own home counts, which the host's facts know.
    ...(io.env.SUDO_USER ? {} : { home: io.home }),
  });
  return { results, ms: performance.now() - started };
}

function report({ results, ms }: Look, options: DoctorOptions, io: Io): number {
  if (options.json) {
    const document: DoctorReport = {
      v: 1,
      checks: results.map(({ id, title, status, detail, fix }) => ({
        id,
        title,
        status,
        detail,
        ...(fix ? { fix } : {}),
      })),
    };
    outJson(io, document);
  } else {
    for (const line of reportLines(results, ms)) io.out(line);
  }
  const failed = results.some(({ status }) => status === 'fail');
  return failed ? exitCodes.prepare : exitCodes.done;
}

async function agreed(io: Io): Promise<boolean> {
  if (!io.interactive) return false;
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await lines.question('Apply? y applies, anything else leaves it: ');
  lines.close();
  return answer.trim().toLowerCase() === 'y';
}

async function applyAll(fixes: readonly SafeFix[], io: Io): Promise<void> {
  for (const fix of fixes) {
    const wrong = await applyFix(fix, systemProcesses, io.env);
    io.say(wrong === null ? `Done: ${fix.label}` : `${fix.label}: ${wrong}`);
  }
}
