import { openQuestions, type RunState } from '../src/pipeline/run-state.ts';
import type { RunDeps } from './deps.ts';
import {
  keepTitle,
  knowsTaskbar,
  knowsTitle,
  notification,
  restoreTitle,
  taskbar,
  title,
} from './kit/terminal-codes.ts';
import { themeFor } from './kit/theme.ts';
import { progressOf, titleOf } from './panes/progress.ts';
import type { RunFeed } from './run-feed.ts';
import { words } from './words.ts';

/**
 * Tells the terminal how a run stands, beside what is drawn: its title, the taskbar, and a
 * notification when it ends or asks, where one was wished for. `end` takes all of it back.
 */
export function announceRun(
  feed: RunFeed,
  { terminal, tellDesktop }: Pick<RunDeps, 'terminal' | 'tellDesktop'>,
): { end(): void } {
  const { stdout, env } = terminal;
  if (!stdout.isTTY) return { end: () => {} };
  // A title that changes at each percent would be read out at each percent.
  const titles = knowsTitle(env) && !themeFor(env).screenReader;
  const bars = knowsTaskbar(env) && !themeFor(env).screenReader;
  let shownTitle: string | null = null;
  let shownBar: string | null = null;
  let told: string | null = null;

  const tell = () => {
    const run = feed.current();
    if (run.startedAt === null) return;
    if (titles) {
      const text = titleOf(run);
      if (text !== shownTitle) stdout.write((shownTitle === null ? keepTitle : '') + title(text));
      shownTitle = text;
    }
    if (bars) {
      const code = barOf(run);
      if (code !== shownBar) stdout.write(code);
      shownBar = code;
    }
    const news = newsOf(run);
    if (news !== null && news.key !== told && feed.view.current().notify) {
      stdout.write(notification(news.text, env));
      tellDesktop?.(news.text);
    }
    told = news?.key ?? null;
  };
  const unsubscribe = feed.subscribe(tell);
  return {
    end() {
      unsubscribe();
      if (shownBar !== null) stdout.write(taskbar('clear'));
      if (shownTitle !== null) stdout.write(restoreTitle);
    },
  };
}

function barOf(run: RunState): string {
  if (run.result) return taskbar(run.result.ok ? 'clear' : 'failed', 100);
  const { percent } = progressOf(run) ?? { percent: null };
  if (openQuestions(run).length > 0) return taskbar('warning', percent ?? 0);
  return percent === null ? taskbar('unknown') : taskbar('running', percent);
}

/** What a person who looks elsewhere wants to hear of. */
function newsOf(run: RunState): { key: string; text: string } | null {
  const { notified } = words.panes;
  if (run.result) return { key: 'result', text: run.result.ok ? notified.good : notified.bad };
  const [question] = openQuestions(run);
  return question ? { key: question.id, text: notified.asks } : null;
}
