import type { Processes } from '../ports/processes.ts';

/**
 * Programs that keep a machine awake for as long as a process lives, and end with it, also when it
 * is killed (systemd-inhibit(1), tail(1) --pid, caffeinate(8) -w).
 */
const INHIBITORS: Partial<Record<NodeJS.Platform, (pid: number) => [string, string[]]>> = {
  linux: (pid) => [
    'systemd-inhibit',
    [
      ...[
        '--what=sleep:idle',
        '--mode=block',
        '--who=steadydancer',
        '--why=an image is being built',
      ],
      ...['tail', `--pid=${pid}`, '-f', '/dev/null'],
    ],
  ],
  darwin: (pid) => ['caffeinate', ['-i', '-w', String(pid)]],
};

/** Keeps the machine awake where it can; elsewhere it does nothing and says nothing. */
export function keepAwake(
  processes: Processes,
  platform: NodeJS.Platform = process.platform,
  pid: number = process.pid,
): { stop(): void } {
  const inhibitor = INHIBITORS[platform]?.(pid);
  if (!inhibitor) return { stop: () => {} };
  const stop = new AbortController();
  try {
    const { stdout, stderr, ended } = processes.start(...inhibitor, { signal: stop.signal });
    stdout.resume();
    stderr.resume();
    ended.catch(() => {});
  } catch {
    // Not there, or not allowed: the run goes on.
  }
  return { stop: () => stop.abort() };
}
