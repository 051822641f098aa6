/** Thrown when something gave no answer in time. */
export class NoAnswer extends Error {
  override name = 'NoAnswer';
  readonly code = 'ETIMEDOUT';
  readonly timeoutMs: number;

  constructor(timeoutMs: number) {
    super(`no answer in ${timeoutMs / 1000} s`);
    this.timeoutMs = timeoutMs;
  }
}

/**
 * Runs `work` for at most `timeoutMs`. The signal that it gets is aborted at the limit; a `work` that
 * does not listen is left behind, so that one thing that hangs never holds up the rest.
 * @throws NoAnswer at the limit, the outer signal's reason, or what `work` throws.
 */
export function withTimeLimit<T>(
  work: (signal: AbortSignal) => Promise<T>,
  { timeoutMs, signal }: { timeoutMs: number; signal?: AbortSignal | undefined },
): Promise<T> {
  const inner = new AbortController();
  return new Promise<T>((resolve, reject) => {
    const stop = (reason: unknown) => {
      reject(reason);
      inner.abort(reason);
    };
    const timer = setTimeout(() => stop(new NoAnswer(timeoutMs)), timeoutMs);
    const onAbort = () => stop(signal?.reason);
    const settled = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    };
    if (signal?.aborted) {
      settled();
      reject(signal.reason);
      return;
    }
    signal?.addEventListener('abort', onAbort, { once: true });
    work(inner.signal).then(
      (value) => {
        settled();
        resolve(value);
      },
      (error) => {
        settled();
        reject(error);
      },
    );
  });
}
