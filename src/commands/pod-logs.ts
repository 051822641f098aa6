import { exitCodes } from '../contract/exit-codes.ts';
import { Failure } from '../contract/failure.ts';
import type { LogSource, PodsApi } from '../pods/api.ts';
import { followLog } from '../pods/follow-log.ts';
import { podRecords, podsDir } from '../pods/pod-records.ts';
import { systemClock } from '../ports/clock.ts';
import { places } from '../profiles/places.ts';
import type { Io } from './io.ts';
import { openedApi } from './our-pods.ts';

/** The stream stays open: after so long without a line, what there was has come. */
const SILENCE_MS = 1_500;
const FIRST_LINE_MS = 5_000;

/** `logs --pod`: what the host and then the container of our last pod, or of one by id, say. */
export async function podLogs(
  wanted: string | undefined,
  follow: boolean,
  io: Io,
): Promise<number> {
  const records = await podRecords(podsDir(places(io.env, io.home).runs));
  const id = wanted ?? records.findLast((one) => one.id !== null)?.id;
  if (!id) {
    io.say('No pod of ours is known to run.');
    return exitCodes.usage;
  }
  const api = await openedApi(io);
  if (api instanceof Failure) throw api;
  try {
    if (follow) await followed(api, id, io);
    else {
      const both = await Promise.all([once(api, id, 'system'), once(api, id, 'container')]);
      for (const line of both.flat()) io.out(line);
    }
    return exitCodes.done;
  } finally {
    await api.close().catch(() => undefined);
  }
}

async function once(api: PodsApi, id: string, source: LogSource): Promise<string[]> {
  const lines: string[] = [];
  const stop = new AbortController();
  let timer = setTimeout(() => stop.abort(), FIRST_LINE_MS);
  for await (const { line } of api.log(id, source, 1_000, stop.signal)) {
    clearTimeout(timer);
    timer = setTimeout(() => stop.abort(), SILENCE_MS);
    lines.push(`${source}: ${line}`);
  }
  clearTimeout(timer);
  return lines;
}

async function followed(api: PodsApi, id: string, io: Io): Promise<void> {
  const stop = new AbortController();
  const interrupt = () => stop.abort();
  process.once('SIGINT', interrupt);
  const sources = ['system', 'container'] as const;
  await Promise.all(
    sources.map((source) =>
      followLog(api, id, source, systemClock, (line) => io.out(`${source}: ${line}`), stop.signal),
    ),
  );
  process.off('SIGINT', interrupt);
}
