import { type Random, seeded } from './random.ts';

/** What goes wrong with one request. `at` is the share of the body after which it happens. */
export type Fault =
  | { kind: 'status'; status: number; retryAfter?: string }
  /** Connection closed before an answer. */
  | { kind: 'reset' }
  /** Right headers, then the connection breaks. */
  | { kind: 'truncated'; at: number }
  /** An honest but too short answer: its own Content-Length, fewer bytes than asked for. */
  | { kind: 'short'; at: number }
  /** Says nothing any more in the middle of the body. */
  | { kind: 'stalled'; at: number }
  /** 206 with another range than was asked for, and its bytes. */
  | { kind: 'wrong-range' }
  /** 206 that claims another total size. */
  | { kind: 'wrong-total' }
  /** 200 with the whole file where a range was asked for. */
  | { kind: 'whole' }
  /** 200 with a sign-in page. */
  | { kind: 'html' }
  | { kind: 'gzip' }
  /** Same bytes under another ETag. */
  | { kind: 'etag' }
  /** Redirects to itself. */
  | { kind: 'loop' };

/** What is wrong with the file for good. */
export type Permanent =
  | { kind: 'none' }
  /** Every answer has this status from request `from` on. */
  | { kind: 'status'; status: number; from: number }
  | { kind: 'html'; from: number }
  | { kind: 'loop'; from: number }
  /** The file is replaced by another one of the same size from request `from` on. */
  | { kind: 'replaced'; from: number }
  /** One byte is flipped in all answers. */
  | { kind: 'corrupt' }
  /** Ranges are never honoured. */
  | { kind: 'no-ranges' };

export interface Schedule {
  seed: number;
  /** Fault of the n-th request to the hub or to its CDN; null: it goes well. */
  fault(request: number): Fault | null;
  permanent: Permanent;
  /** A signed address is good for so many requests. */
  signedUses: number;
}

export const calm: Schedule = {
  seed: 0,
  fault: () => null,
  permanent: { kind: 'none' },
  signedUses: Number.POSITIVE_INFINITY,
};

const transientStatuses = [403, 408, 416, 425, 429, 500, 502, 503, 504];

function faultOf(random: Random): Fault {
  const at = random.next();
  return random.pick<() => Fault>([
    () => {
      const status = random.pick(transientStatuses);
      return status === 429
        ? { kind: 'status', status, retryAfter: '0' }
        : { kind: 'status', status };
    },
    () => ({ kind: 'reset' }),
    () => ({ kind: 'truncated', at }),
    () => ({ kind: 'truncated', at }),
    () => ({ kind: 'short', at }),
    () => ({ kind: 'stalled', at }),
    () => ({ kind: 'wrong-range' }),
    () => ({ kind: 'wrong-total' }),
    () => ({ kind: 'whole' }),
    () => ({ kind: 'html' }),
    () => ({ kind: 'gzip' }),
    () => ({ kind: 'etag' }),
    () => ({ kind: 'loop' }),
  ])();
}

function permanentOf(random: Random): Permanent {
  const from = random.between(0, 12);
  if (random.next() < 0.6) return { kind: 'none' };
  return random.pick<() => Permanent>([
    () => ({ kind: 'status', status: random.pick([401, 403, 404, 500]), from }),
    () => ({ kind: 'html', from }),
    () => ({ kind: 'loop', from }),
    () => ({ kind: 'replaced', from }),
    () => ({ kind: 'corrupt' }),
    () => ({ kind: 'no-ranges' }),
  ])();
}

/** The schedule of a seed: how often requests fail, in which way, and what is wrong for good. */
export function scheduleOf(seed: number): Schedule {
  const random = seeded(seed);
  const rate = random.next() * 0.6;
  const permanent = permanentOf(random);
  const signedUses = random.next() < 0.3 ? random.between(1, 6) : Number.POSITIVE_INFINITY;
  return {
    seed,
    permanent,
    signedUses,
    fault: (request) => {
      const own = seeded(seed * 7919 + request);
      return own.next() < rate ? faultOf(own) : null;
    },
  };
}
