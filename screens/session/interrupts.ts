import { type EndingSignal, exitCodes, signalExitCodes } from '../../src/contract/exit-codes.ts';
import type { Page } from '../wizard-state.ts';
import type { Leaving } from './leaving.ts';
import type { Running } from './running.ts';
import type { Shared } from './shared.ts';

/** Ctrl-C, and signals from outside. */
export class Interrupts {
  readonly #shared: Shared;
  readonly #running: Running;
  readonly #leaving: Leaving;
  /** Another program has the terminal: Ctrl-C in it is that program's. */
  away = false;

  constructor(shared: Shared, running: Running, leaving: Leaving) {
    this.#shared = shared;
    this.#running = running;
    this.#leaving = leaving;
  }

  /**
   * A signal from outside. A terminal that goes away is no wish to stop: the run goes on and can be
   * attached to. SIGTERM is one, for a run that was started here.
   */
  signal(signal: EndingSignal): void {
    const { store, options } = this.#shared;
    const { page } = store.state;
    if (signal === 'SIGINT') {
      if (!this.away) this.interrupt();
      return;
    }
    if (signal === 'SIGTERM' && options.owns && stillObeys(page)) {
      this.#running.cancel(page.ending === 'stopping', signal);
    } else {
      const going = page.at === 'run' || page.at === 'starting';
      this.#leaving.leave(going ? 'detached' : 'finished', signalExitCodes[signal]);
    }
  }

  /** Ctrl-C: asks; again, forces; again, leaves a run that does not answer. */
  interrupt(): void {
    const { store } = this.#shared;
    const { page } = store.state;
    if (page.at !== 'run') {
      if (this.#leaving.hasRun()) this.#leaving.leave('finished');
      // While the run's process is being started nobody could say whether it goes on.
      else if (page.at !== 'starting') this.#leaving.leave('nothing', exitCodes.sigint);
    } else if (page.ending === 'none') {
      store.do({ flow: 'run', type: 'ending', ending: 'asking' });
    } else if (page.ending === 'forcing') {
      this.#leaving.leave('detached', exitCodes.sigint);
    } else {
      this.#running.cancel(true);
    }
  }
}

/** A run that was told to end at once and is still there is left to itself. */
function stillObeys(page: Page): page is Extract<Page, { at: 'run' }> {
  return page.at === 'run' && page.ending !== 'forcing';
}
