import { exitCodes } from '../../src/contract/exit-codes.ts';
import type { EngineRoad } from '../../src/machine/engine-roads.ts';
import { walkWithRights } from '../road-walk.ts';
import { words } from '../words.ts';
import type { Planning } from './planning.ts';
import type { Shared } from './shared.ts';

/** The roads to an engine where none answers. */
export class EngineRoads {
  readonly #shared: Shared;
  readonly #planning: Planning;

  constructor(shared: Shared, planning: Planning) {
    this.#shared = shared;
    this.#planning = planning;
  }

  /** A road was chosen: where it needs root rights they are asked for first. */
  choose(road: EngineRoad): void {
    if (road.id === 'session-group') this.#restartUnderGroup();
    else if (road.root)
      this.#shared.store.do({ flow: 'way', type: 'open', page: { at: 'root', road } });
    else void this.walk(road);
  }

  /** Walks a road to an engine and goes on by itself. */
  async walk(road: EngineRoad): Promise<void> {
    const { wizard, store, handOver } = this.#shared;
    if (!wizard) return;
    const { signal } = this.#shared.stop;
    try {
      const came = await walkWithRights(road, store.state.seen.machine, wizard, {
        onBegin: () => store.do({ flow: 'road', type: 'walk', road }),
        onLine: (line) => store.do({ flow: 'road', type: 'line', line }),
        handOver,
        signal,
      });
      if (signal.aborted) return;
      if (came === 'no-root')
        return store.do({ flow: 'way', type: 'problem', text: words.engine.noRoot });
      if (came === 'group') return this.#restartUnderGroup();
      store.do({ flow: 'road', type: 'walked' });
      await this.#planning.look(true);
    } catch (error) {
      if (signal.aborted) return;
      // How far it came decides which roads there are now.
      const seen = await wizard.observe(store.state.answers, () => {}, signal).catch(() => null);
      if (seen) store.do({ flow: 'look', type: 'complete', seen });
      store.problem(error);
    }
  }

  /** This process is not of the group, and never will be: a new one is. */
  #restartUnderGroup(): void {
    const { store, stop, close } = this.#shared;
    const { answers: choices, profile } = store.state;
    stop.abort();
    const lines = [words.engine.underGroup];
    close({ exitCode: exitCodes.done, lines, underGroup: { choices, profile } });
  }
}
