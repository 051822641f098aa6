import { describe } from 'vitest';

/**
 * `describe` for tests that need a real engine: skipped, with the reason in the title, where
 * setup.ts could not give one.
 */
export function describeWithEngine(title: string, body: () => void): void {
  const reason = process.env.STEADYDANCER_NO_ENGINE;
  if (reason) describe.skip(`${title} (skipped: ${reason})`, body);
  else describe(title, body);
}
