import { expect } from 'vitest';
import type { PtySession } from './harness/session.ts';

const WAIT_MS = 15_000;

/** Moves the cursor of a list to a row and presses Enter there. */
export async function choose(pty: PtySession, label: string): Promise<void> {
  await moveTo(pty, label);
  pty.press('enter');
}

/** Moves the cursor of a list down until it stands on a row. */
export async function moveTo(pty: PtySession, label: string): Promise<void> {
  await pty.waitFor(/^ ?[❯>]/m, WAIT_MS);
  const seen = new Set<string>();
  for (let row = cursorRow(pty); !row.includes(label); row = cursorRow(pty)) {
    if (seen.has(row)) throw new Error(`${label} is not in the list:\n${pty.text()}`);
    seen.add(row);
    pty.press('down');
    await expect.poll(() => cursorRow(pty), { timeout: WAIT_MS }).not.toBe(row);
  }
}

/** The row that the cursor of a list stands on. */
export function cursorRow(pty: PtySession): string {
  return pty.screen().find((row) => /^ ?[❯>] ?/.test(row)) ?? '';
}

/** Enter is dead just after a page appears: presses again until it counted, never twice at once. */
export async function pressSlowly(pty: PtySession, stillThere: () => boolean): Promise<void> {
  await expect
    .poll(
      () => {
        if (stillThere()) pty.press('enter');
        return stillThere();
      },
      { interval: 400, timeout: 10_000 },
    )
    .toBe(false);
}
