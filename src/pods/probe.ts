import { type Dispatcher, request } from 'undici';
import { z } from 'zod';
import { systemStatsSchema } from '../comfyui/schemas.ts';
import { sanitiseLine } from '../text/sanitise.ts';

/** What answers at a pod's address. */
export type Probe =
  | { kind: 'ready' }
  /** The image's own status page: models come first (docker/container/status_page.py). */
  | { kind: 'fetching'; progress: string }
  /** 502: nothing listens yet; 524: nothing came in 100 s (docs.runpod.io, troubleshooting 502). */
  | { kind: 'nothing'; detail: string };

const LIMIT_MS = 20_000;
const fetchingSchema = z.object({ state: z.literal('fetching-models'), progress: z.string() });

/** Asks once; Runpod's RUNNING says nothing of it (facts runpod §2). Throws the signal's reason. */
export async function probe(web: Dispatcher, url: string, signal: AbortSignal): Promise<Probe> {
  try {
    const { statusCode, body } = await request(`${url}/system_stats`, {
      dispatcher: web,
      signal: AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)]),
    });
    const text = await body.text();
    if (statusCode === 200 && systemStatsSchema.safeParse(jsonOf(text)).success) {
      return { kind: 'ready' };
    }
    const fetching = fetchingSchema.safeParse(jsonOf(text));
    if (fetching.success)
      return { kind: 'fetching', progress: sanitiseLine(fetching.data.progress) };
    return { kind: 'nothing', detail: `status ${statusCode}` };
  } catch (error) {
    signal.throwIfAborted();
    return { kind: 'nothing', detail: (error as Error).message };
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
