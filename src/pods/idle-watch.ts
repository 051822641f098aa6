import type { ComfyClient } from '../comfyui/client.ts';
import { Failure } from '../contract/failure.ts';
import type { Clock } from '../ports/clock.ts';
import type { PodsApi } from './api.ts';
import { livingStatus } from './await-ready.ts';

export interface IdleInput {
  api: PodsApi;
  client: ComfyClient;
  id: string;
  idleMs: number;
  pollMs: number;
  clock: Clock;
  signal: AbortSignal;
}

/**
 * Settles when nothing was rendered for so long. A server that gives no answer is taken for a busy
 * one; the spend limit ends that too.
 * @throws Failure `pod-lost`, `pod-ended`, an ApiProblem, or the signal's reason
 */
export async function idleFor(input: IdleInput): Promise<void> {
  const { api, client, id, clock, signal } = input;
  let usedAt = clock.monotonicMs();
  while (clock.monotonicMs() - usedAt < input.idleMs) {
    await clock.sleep(Math.min(input.pollMs, input.idleMs), signal);
    await livingStatus(api, id);
    if (await isUsed(client, signal)) usedAt = clock.monotonicMs();
  }
}

async function isUsed(client: ComfyClient, signal: AbortSignal): Promise<boolean> {
  try {
    const { running, pending } = await client.queue({ signal });
    return running.length + pending.length > 0;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return true;
  }
}
