import type { Diagnosis } from '../contract/diagnosis.ts';
import type { Event } from '../contract/events.ts';
import type { DiskPlace, PhaseId } from '../contract/ids.ts';
import { fillFix } from './fill.ts';
import type { FailureClass } from './types.ts';

/** What a run knows about its failure beside the words in the log. */
export interface RunFacts {
  phase?: PhaseId;
  /** Name of the step that failed. */
  step?: string;
  exitCode?: number;
  /** `State.OOMKilled` of the container. */
  oomKilled?: boolean;
  /** The lowest free space that was seen, by place. */
  disk?: Partial<Record<DiskPlace, number>>;
  timedOut?: boolean;
}

/** Free space under which a write may have failed though the sample did not show zero. */
const FULL_BELOW_BYTES = 500e6;
const MUCH_FREE_BYTES = 2e9;

/** Reads the facts out of a run's events. */
export function factsFromEvents(events: Iterable<Event>): RunFacts {
  const facts: RunFacts = {};
  const disk: Partial<Record<DiskPlace, number>> = {};
  for (const event of events) {
    if (event.type === 'phase.finished' && !event.ok) facts.phase = event.phase;
    if (event.type === 'build.vertex' && event.state === 'failed') {
      facts.step = event.name;
      const code = /exit code: (\d+)/.exec(event.error ?? '')?.[1];
      if (code) facts.exitCode = Number(code);
    }
    if (event.type === 'disk') {
      disk[event.place] = Math.min(disk[event.place] ?? Infinity, event.freeBytes);
    }
  }
  if (Object.keys(disk).length > 0) facts.disk = disk;
  return facts;
}

/**
 * Puts what was measured above what was read: a container that the kernel ended for memory, a step
 * that ran out of time, a place that was full. Where the disk is said to be full but had space,
 * it is its inodes.
 */
export function withFacts(
  diagnoses: Diagnosis[],
  facts: RunFacts,
  classes: ReadonlyMap<string, FailureClass>,
  lines: number,
): Diagnosis[] {
  const top = diagnoses[0];
  const measured = (code: string, text: string): Diagnosis[] => {
    const failure = classes.get(code);
    if (!failure || top?.code === code) return diagnoses;
    return [
      {
        code,
        title: failure.title,
        cause: failure.cause,
        evidence: { line: Math.max(1, lines), text },
        fixes: failure.fixes.map((fix) => fillFix(fix, [])),
        confidence: 0.95,
      },
      ...diagnoses,
    ];
  };
  const lowest = Math.min(...Object.values(facts.disk ?? {}), Infinity);
  const full = top?.code.startsWith('disk-full') === true;
  if (full && lowest > MUCH_FREE_BYTES && lowest < Infinity) {
    return measured('disk-inodes', `No space left on device; ${lowest} bytes free`);
  }
  const clear = top !== undefined && top.confidence >= 0.8;
  if (facts.oomKilled && !top?.code.startsWith('memory-')) {
    return measured('container-oom-killed', `OOMKilled: true, exit code ${facts.exitCode ?? 137}`);
  }
  if (!full && !clear && lowest < FULL_BELOW_BYTES) {
    return measured('disk-full', `${lowest} bytes free`);
  }
  if (facts.timedOut && !clear)
    return measured('build-timed-out', 'the time limit of the run was reached');
  if (facts.exitCode === 137 && !clear) {
    const building = facts.phase === 'dependencies' || facts.phase === 'image';
    return measured(building ? 'build-out-of-memory' : 'container-oom-killed', 'exit code 137');
  }
  if (facts.exitCode === 139 && !clear) return measured('process-crashed', 'exit code 139');
  return diagnoses;
}
