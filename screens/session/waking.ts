import { words } from '../words.ts';
import type { Planning } from './planning.ts';
import type { Shared } from './shared.ts';

/** ComfyUI, started again from the welcome. */
export class Waking {
  readonly #shared: Shared;

  readonly #planning: Planning;

  constructor(shared: Shared, planning: Planning) {
    this.#shared = shared;
    this.#planning = planning;
  }

  /** Starts the last container again; the welcome says how far it is. */
  async start(): Promise<void> {
    const { store, wizard, deps, stop } = this.#shared;
    if (!wizard || store.state.waking) return;
    const since = deps.clock.now().getTime();
    const tell = (line: string) => store.do({ flow: 'welcome', type: 'waking', line, since });
    tell('');
    try {
      const { url } = await wizard.startAgain(tell, stop.signal);
      store.do({ flow: 'welcome', type: 'awake', url });
    } catch (error) {
      store.do({ flow: 'welcome', type: 'asleep' });
      if (!stop.signal.aborted) store.problem(error);
    }
  }

  /** Stops the rehearsal's container, and looks again at what runs. */
  async stop(id: string): Promise<void> {
    const { store, deps } = this.#shared;
    const say = (text: string) => store.do({ flow: 'way', type: 'problem', text });
    say(words.welcome.rehearsalStopping);
    try {
      await deps.stopContainer?.(id);
      await this.#planning.look();
      say(words.welcome.rehearsalStopped);
    } catch (error) {
      store.problem(error);
    }
  }

  /** Opens an address in the browser of the person in front, or says how they get to it. */
  async open(url: string): Promise<void> {
    const { store, deps } = this.#shared;
    const done = await deps.open?.(url).catch(() => false);
    const way = deps.wayToOpen?.(url);
    const { opened, notOpened, forward } = words.report;
    const text = done
      ? opened(url)
      : way?.kind === 'forward'
        ? `${forward} ${way.line}`
        : notOpened(url);
    store.do({ flow: 'way', type: 'problem', text });
  }
}
