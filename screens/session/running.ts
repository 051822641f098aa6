import type { EndingSignal } from '../../src/contract/exit-codes.ts';
import type { ControlMessage } from '../../src/runner/control-protocol.ts';
import { words } from '../words.ts';
import type { Leaving } from './leaving.ts';
import type { Shared } from './shared.ts';

/** A run: started, followed, answered, stopped. */
export class Running {
  readonly #shared: Shared;
  readonly #leaving: Leaving;

  constructor(shared: Shared, leaving: Leaving) {
    this.#shared = shared;
    this.#leaving = leaving;
  }

  async start(): Promise<void> {
    const { store, wizard } = this.#shared;
    const { planned, page, answers: choices, profile, seen, exposed } = store.state;
    if (!wizard || !planned || (page.at !== 'review' && page.at !== 'failure')) return;
    const exposeConfirmed = exposed !== null && exposed === planned.choices.listen;
    const imageOnly = !planned.steps.some(({ phase }) => phase === 'launch');
    store.do({ flow: 'run', type: 'start' });
    try {
      const { runId } = await wizard.startRun({ choices, profile }, seen, {
        exposeConfirmed,
        imageOnly,
      });
      await this.follow(runId);
    } catch (error) {
      store.problem(error);
    }
  }

  /** Shows a run from its beginning to its end. */
  async follow(runId: string): Promise<void> {
    const { store, feed, deps, stop, options } = this.#shared;
    feed.reset();
    store.do({ flow: 'run', type: 'running', runId });
    for await (const event of deps.follow(runId, stop.signal)) {
      feed.push(event);
      if (event.type === 'result') break;
    }
    const { page } = store.state;
    if (stop.signal.aborted || page.at !== 'run') return;
    const { result } = feed.state;
    const stopped = page.ending === 'stopping' || page.ending === 'forcing';
    if (options.closes || (stopped && !result?.ok)) this.#leaving.leave('finished');
    else store.do({ flow: 'run', type: 'ended', ok: result?.ok ?? false });
  }

  stop(): void {
    this.cancel(false);
  }

  stay(): void {
    this.#shared.store.do({ flow: 'run', type: 'ending', ending: 'none' });
  }

  detach(): void {
    this.#leaving.leave('detached');
  }

  answer(id: string, answer: string): void {
    this.#control({ type: 'answer', id, answer });
  }

  cancel(force: boolean, signal: EndingSignal = 'SIGINT'): void {
    const ending = force ? 'forcing' : 'stopping';
    this.#shared.store.do({ flow: 'run', type: 'ending', ending });
    this.#control({ type: 'cancel', signal, force });
  }

  #control(message: ControlMessage): void {
    const { store, deps } = this.#shared;
    const { page } = store.state;
    if (page.at !== 'run') return;
    void deps.control(page.runId, message).then((reply) => {
      if (reply.ok) return;
      store.do({ flow: 'way', type: 'problem', text: words.run.unreachable(reply.why) });
    });
  }
}
