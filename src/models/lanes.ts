import { BlockSize } from './block-size.ts';
import { fetchClaim, type LaneResult, type Transfer } from './lane.ts';
import { networkSetback, type Patience } from './patience.ts';
import type { Claim } from './ranges.ts';
import type { Valve } from './valve.ts';
import { NetworkError } from './web.ts';

/** Below it, half a claim is not worth another request. */
const SPLIT_LEAST_BYTES = 4 * 1024 * 1024;
const PAUSED = new Error('paused');

export interface LaneOrders {
  transfer: Transfer;
  patience: Patience;
  valve: Valve;
  signal: AbortSignal;
  /** Called while the valve is closed, and when it is open again. */
  onPaused(paused: boolean): void;
  /** Asks the hub again, unless somebody did since the address was this one. */
  refresh(usedLocation: string, signal: AbortSignal): Promise<void>;
}

/**
 * Fetches all that is missing, over as many connections as the limits allow.
 * @throws Failure, an ErrnoException, or the signal's reason
 */
export async function runLanes(orders: LaneOrders): Promise<void> {
  const { transfer } = orders;
  const { ledger } = transfer.part;
  const { parts, leastPartBytes } = transfer.limits;
  const blocks = new BlockSize(ledger.size, parts, leastPartBytes);
  while (!ledger.complete) {
    orders.signal.throwIfAborted();
    const failed = new AbortController();
    const signal = AbortSignal.any([orders.signal, failed.signal]);
    const lanes = Array.from({ length: parts }, () =>
      runLane({ ...orders, signal }, blocks).catch((error) => failed.abort(error)),
    );
    await Promise.all(lanes);
    orders.signal.throwIfAborted();
    if (failed.signal.aborted) throw failed.signal.reason;
  }
}

async function runLane(orders: LaneOrders, blocks: BlockSize): Promise<void> {
  const { transfer, signal, valve } = orders;
  const { ledger } = transfer.part;
  while (!ledger.complete) {
    if (valve.paused) {
      orders.onPaused(true);
      await valve.opened(signal);
      orders.onPaused(false);
    }
    const { origin } = new URL(transfer.resolved.location);
    const release = await transfer.gate.acquire(origin, signal);
    let waitMs = 0;
    try {
      const claim = ledger.take(blocks.bytes) ?? help(transfer);
      if (!claim) return;
      const outcome = await attempt(orders, claim, origin, blocks).finally(() =>
        ledger.give(claim),
      );
      if (outcome === 'leave') return;
      waitMs = outcome;
    } finally {
      release();
    }
    if (waitMs > 0) await transfer.clock.sleep(waitMs, signal);
  }
}

function help(transfer: Transfer): Claim | null {
  // A claim on the whole file belongs to a server without ranges: half of it cannot be asked for.
  return transfer.whole ? null : transfer.part.ledger.split(SPLIT_LEAST_BYTES);
}

/** One request and what follows from it: milliseconds to wait, or that this connection is not needed. */
async function attempt(
  orders: LaneOrders,
  claim: Claim,
  origin: string,
  blocks: BlockSize,
): Promise<number | 'leave'> {
  const { transfer, patience, signal } = orders;
  const startedMs = transfer.clock.monotonicMs();
  const { location } = transfer.resolved;
  const paused = new AbortController();
  const forget = orders.valve.onPause(() => paused.abort(PAUSED));
  let result: LaneResult;
  try {
    const asked = claim.end - claim.start;
    result = await fetchClaim(
      transfer,
      claim,
      AbortSignal.any([signal, paused.signal]),
      (waitMs) => {
        blocks.seen(asked, transfer.clock.monotonicMs() - startedMs, waitMs);
      },
    );
  } catch (error) {
    if (error === PAUSED) return 0;
    if (!(error instanceof NetworkError)) throw error;
    return networkSetback(error, transfer.wanted.file, startedMs, patience, transfer.reach);
  } finally {
    forget();
  }
  switch (result.kind) {
    case 'done':
      transfer.gate.good(origin);
      return 0;
    case 'crowded':
      return 'leave';
    case 'stop':
      throw result.failure;
    case 'again': {
      if (result.slower) transfer.gate.slower(origin);
      return patience.after({ ...result, startedMs });
    }
    case 'resolve': {
      if (result.slower) transfer.gate.slower(origin);
      // Addresses expire in the ordinary course: the first new one is asked for at once.
      const waitMs = patience.after({
        failure: result.failure,
        startedMs,
        afterMs: null,
        patient: false,
        usual: true,
      });
      await orders.refresh(location, signal);
      return waitMs;
    }
  }
}
