import { exitCodes } from '../src/contract/exit-codes.ts';
import { Failure, UsageError } from '../src/contract/failure.ts';
import type { RunDeps, WizardDeps } from './deps.ts';
import { RunFeed } from './run-feed.ts';
import { type Leaving, summaryLines } from './summary.ts';
import { firstState, reduceWizard, type WizardAction, type WizardState } from './wizard-state.ts';
import { words } from './words.ts';

/** What is left when the screens are gone. */
export interface Outcome {
  exitCode: number;
  lines: string[];
}

/** What the wizard does in the world, and its state. Components draw it and call its methods. */
export class Session {
  readonly feed = new RunFeed();
  /** Settles when the person or the end of the run closes the screens. */
  readonly outcome: Promise<Outcome>;
  readonly #deps: RunDeps;
  readonly #wizard: WizardDeps | null;
  readonly #listeners = new Set<() => void>();
  readonly #stop = new AbortController();
  #looking = new AbortController();
  #state = firstState;
  #leave: (outcome: Outcome) => void = () => {};

  constructor(deps: RunDeps, wizard: WizardDeps | null) {
    this.#deps = deps;
    this.#wizard = wizard;
    this.outcome = new Promise((resolve) => {
      this.#leave = resolve;
    });
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
  readonly current = (): WizardState => this.#state;

  /** Looks at the machine and plans; the page fills while it does. */
  async look(): Promise<void> {
    const wizard = this.#wizard;
    if (!wizard) return;
    this.#looking.abort();
    this.#looking = new AbortController();
    const { signal } = this.#looking;
    this.#do({ type: 'again' });
    try {
      const seen = await wizard.observe((part) => {
        if (!signal.aborted) this.#do({ type: 'seen', seen: part });
      }, signal);
      if (signal.aborted) return;
      this.#do({ type: 'complete', seen });
      this.#do({ type: 'planned', planned: await wizard.plan(wizard.choices, seen) });
    } catch (error) {
      if (!signal.aborted) this.#problem(error);
    }
  }

  /** Enter on the machine page, remembered when it comes early. */
  goOn(): void {
    this.#do({ type: 'go-on' });
  }

  back(): void {
    this.#do({ type: 'back' });
  }

  help(open: boolean): void {
    this.#do({ type: 'help', open });
  }

  async start(): Promise<void> {
    const { planned, page } = this.#state;
    if (!this.#wizard || !planned || (page.at !== 'review' && page.at !== 'failure')) return;
    this.#do({ type: 'start' });
    try {
      const { runId } = await this.#wizard.startRun(planned);
      await this.follow(runId);
    } catch (error) {
      this.#problem(error);
    }
  }

  /** Shows a run from its beginning to its end. */
  async follow(runId: string): Promise<void> {
    this.feed.reset();
    this.#do({ type: 'running', runId });
    for await (const event of this.#deps.follow(runId, this.#stop.signal)) {
      this.feed.push(event);
      if (event.type === 'result') break;
    }
    const { page } = this.#state;
    if (this.#stop.signal.aborted || page.at !== 'run') return;
    const { result } = this.feed.state;
    const stopped = page.ending === 'stopping' || page.ending === 'forcing';
    if (stopped && !result?.ok) this.leave('finished');
    else this.#do({ type: 'ended', ok: result?.ok ?? false });
  }

  /** `q`: leaves at once when nothing runs, else asks. */
  quit(): void {
    const { page } = this.#state;
    if (page.at === 'run') {
      if (page.ending === 'none') this.#do({ type: 'ending', ending: 'asking' });
    } else if (page.at !== 'starting') {
      this.leave(this.#hasRun() ? 'finished' : 'nothing');
    }
  }

  /** Ctrl-C: asks; again, forces; again, leaves a run that does not answer. */
  interrupt(): void {
    const { page } = this.#state;
    if (page.at !== 'run') {
      if (this.#hasRun()) this.leave('finished');
      // While the run's process is being started nobody could say whether it goes on.
      else if (page.at !== 'starting') this.leave('nothing', exitCodes.sigint);
    } else if (page.ending === 'none') {
      this.#do({ type: 'ending', ending: 'asking' });
    } else if (page.ending === 'forcing') {
      this.leave('detached', exitCodes.sigint);
    } else {
      this.#cancel(true);
    }
  }

  stopRun(): void {
    this.#cancel(false);
  }

  stay(): void {
    this.#do({ type: 'ending', ending: 'none' });
  }

  detach(): void {
    this.leave('detached');
  }

  answer(id: string, answer: string): void {
    this.#control({ type: 'answer', id, answer });
  }

  openAddress(): void {
    const url = this.feed.state.result?.url;
    if (url) void this.#deps.open?.(url).catch((error: unknown) => this.#problem(error));
  }

  stopContainer(): void {
    const { page } = this.#state;
    if (page.at !== 'report') return;
    void this.#deps
      .stopContainer?.(page.runId)
      .then(() => this.#do({ type: 'problem', text: words.report.containerStopped }))
      .catch((error: unknown) => this.#problem(error));
  }

  leave(leaving: Leaving, exitCode?: number): void {
    const { page } = this.#state;
    const runId = 'runId' in page ? page.runId : null;
    const ended = this.feed.state.result?.exitCode ?? (runId ? exitCodes.bug : exitCodes.done);
    const code = exitCode ?? (leaving === 'finished' ? ended : exitCodes.done);
    this.#stop.abort();
    this.#looking.abort();
    this.feed.close();
    this.#leave({ exitCode: code, lines: summaryLines(this.feed.state, runId, leaving) });
  }

  #hasRun(): boolean {
    return 'runId' in this.#state.page;
  }

  #cancel(force: boolean): void {
    this.#do({ type: 'ending', ending: force ? 'forcing' : 'stopping' });
    this.#control({ type: 'cancel', signal: 'SIGINT', force });
  }

  #control(message: Parameters<RunDeps['control']>[1]): void {
    const { page } = this.#state;
    if (page.at !== 'run') return;
    void this.#deps.control(page.runId, message).then((reply) => {
      if (!reply.ok) this.#do({ type: 'problem', text: words.run.unreachable(reply.why) });
    });
  }

  #problem(error: unknown): void {
    // Anything else is a bug: it is shown as one, and the person is not locked in.
    const known = error instanceof Failure || error instanceof UsageError;
    const text = error instanceof Error ? error.message : String(error);
    this.#do({ type: 'problem', text: known ? text : words.bug(text) });
  }

  #do(action: WizardAction): void {
    const next = reduceWizard(this.#state, action);
    if (next === this.#state) return;
    this.#state = next;
    for (const listener of this.#listeners) listener();
  }
}
