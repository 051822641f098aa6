import { type ExitCode, exitCodes } from '../../src/contract/exit-codes.ts';
import { type Leaving as Manner, summaryLines } from '../summary.ts';
import type { Shared } from './shared.ts';

/** Closes the screens, with what is left to say. */
export class Leaving {
  readonly #shared: Shared;

  constructor(shared: Shared) {
    this.#shared = shared;
  }

  leave(manner: Manner, exitCode?: ExitCode): void {
    const { store, feed, stop, close } = this.#shared;
    const { page, stopped } = store.state;
    const runId = 'runId' in page ? page.runId : null;
    const ended = feed.state.result?.exitCode ?? (runId ? exitCodes.bug : exitCodes.done);
    const code = exitCode ?? (manner === 'finished' ? ended : exitCodes.done);
    stop.abort();
    feed.close();
    close({ exitCode: code, lines: summaryLines(feed.state, runId, manner, stopped) });
  }

  /** `q`: leaves at once when nothing runs, else asks. */
  quit(): void {
    const { store } = this.#shared;
    const { page } = store.state;
    if (page.at === 'run') {
      if (page.ending === 'none') store.do({ flow: 'run', type: 'ending', ending: 'asking' });
    } else if (page.at !== 'starting' && page.at !== 'walking') {
      this.leave(this.hasRun() ? 'finished' : 'nothing');
    }
  }

  hasRun(): boolean {
    return 'runId' in this.#shared.store.state.page;
  }
}
