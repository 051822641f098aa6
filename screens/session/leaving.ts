import { type ExitCode, exitCodes } from '../../src/contract/exit-codes.ts';
import { leftBehind } from '../left-behind.ts';
import { type Leaving as Manner, summaryLines } from '../summary.ts';
import type { WizardState } from '../wizard-state.ts';
import type { Shared } from './shared.ts';

/** Closes the screens, with what is left to say. */
export class Leaving {
  readonly #shared: Shared;

  constructor(shared: Shared) {
    this.#shared = shared;
  }

  leave(manner: Manner, exitCode?: ExitCode): void {
    const { store, feed, stop, close } = this.#shared;
    const { stopped } = store.state;
    const runId = runOf(store.state);
    const ended = feed.state.result?.exitCode ?? (runId ? exitCodes.bug : exitCodes.done);
    const code = exitCode ?? (manner === 'finished' ? ended : exitCodes.done);
    stop.abort();
    feed.close();
    const lines =
      runId === null ? leftBehind(store.state) : summaryLines(feed.state, runId, manner, stopped);
    close({ exitCode: code, lines });
  }

  /** `q`: leaves at once when nothing runs, else asks. */
  quit(): void {
    const { store } = this.#shared;
    const { page } = store.state;
    if (page.at === 'run') {
      if (page.ending === 'none') store.do({ flow: 'run', type: 'ending', ending: 'asking' });
    } else if (
      page.at !== 'starting' &&
      page.at !== 'walking' &&
      page.at !== 'fixing' &&
      page.at !== 'cleaning'
    ) {
      this.leave(this.hasRun() ? 'finished' : 'nothing');
    }
  }

  hasRun(): boolean {
    return runOf(this.#shared.store.state) !== null;
  }
}

/** The run that the page, or one before it, is about. */
function runOf({ page, trail }: WizardState): string | null {
  const shown = [...trail, page].findLast((one) => 'runId' in one);
  return shown && 'runId' in shown ? shown.runId : null;
}
