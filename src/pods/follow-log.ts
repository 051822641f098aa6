import type { Clock } from '../ports/clock.ts';
import type { LogSource, PodsApi } from './api.ts';

const TAIL = 1_000;
const AGAIN_MS = 1_000;

/** Hands on each line of a pod's log once, over lost connections, until the signal is aborted. */
export async function followLog(
  api: PodsApi,
  id: string,
  source: LogSource,
  clock: Clock,
  onLine: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const seen = new Set<string>();
  while (!signal.aborted) {
    for await (const { ts, line } of api.log(id, source, TAIL, signal)) {
      const key = `${ts} ${line}`;
      if (seen.has(key)) continue;
      seen.add(key);
      onLine(line);
    }
    await clock.sleep(AGAIN_MS, signal).catch(() => undefined);
  }
}

/** Keeps the bars of a pull from filling the screen: one of them every ten seconds. */
export function pacedPull(clock: Clock, say: (line: string) => void): (line: string) => void {
  const EVERY_MS = 10_000;
  let saidAt = Number.NEGATIVE_INFINITY;
  return (line) => {
    const bar = /^[0-9a-f]{12}:? (?:Downloading|Extracting|Waiting|Verifying|Pull|Download)/.test(
      line,
    );
    const now = clock.monotonicMs();
    if (bar && now - saidAt < EVERY_MS) return;
    if (bar) saidAt = now;
    say(line);
  };
}
