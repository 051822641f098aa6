import type { RunDeps } from './deps.ts';
import { CLIPBOARD_BYTES, clipboard } from './kit/terminal-codes.ts';
import { linesToCopy, type ShownLog } from './panes/shown-log.ts';
import type { ViewStore } from './panes/view-store.ts';
import type { Session } from './session.ts';
import { words } from './words.ts';

/** Copies the newest lines of the log that is shown, and says how many. */
export function copyLog(
  shown: ShownLog | null,
  view: ViewStore,
  { terminal }: Pick<RunDeps, 'terminal'>,
): void {
  const lines = linesToCopy(shown, CLIPBOARD_BYTES);
  if (!shown || lines.length === 0) {
    view.say(words.panes.nothingToCopy);
    return;
  }
  terminal.stdout.write(clipboard(`${lines.join('\n')}\n`, terminal.env));
  view.say(words.panes.copied(lines.length));
}

/**
 * The whole log in the person's pager, which has the terminal meanwhile. Says why where there is
 * none.
 */
export async function pageLog(
  runId: string,
  suspend: (work: () => Promise<void>) => Promise<void>,
  { feed, interrupts }: Pick<Session, 'feed' | 'interrupts'>,
  { page }: Pick<RunDeps, 'page'>,
): Promise<void> {
  if (!page) return;
  let why: string | null = null;
  // Ctrl-C in a pager is the pager's.
  interrupts.away = true;
  try {
    await suspend(async () => {
      why = await page(runId);
    });
  } finally {
    interrupts.away = false;
  }
  if (why !== null) feed.view.say(words.panes.noPager(why));
}
