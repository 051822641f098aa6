import {
  type EndingSignal,
  type ExitCode,
  exitCodes,
  signalExitCodes,
} from '../src/contract/exit-codes.ts';
import { Failure, UsageError } from '../src/contract/failure.ts';
import type { EngineRoad } from '../src/machine/engine-roads.ts';
import type { RunDeps, WizardDeps } from './deps.ts';
import type { Outcome, SessionOptions } from './outcome.ts';
import { type HandOver, walkWithRights } from './road-walk.ts';
import { RunFeed } from './run-feed.ts';
import { type Leaving, summaryLines } from './summary.ts';
import {
  firstState,
  type Page,
  reduceWizard,
  type WizardAction,
  type WizardState,
} from './wizard-state.ts';
import { words } from './words.ts';

/** What the wizard does in the world, and its state. Components draw it and call its methods. */
export class Session {
  readonly feed = new RunFeed();
  /** Settles when the person or the end of the run closes the screens. */
  readonly outcome: Promise<Outcome>;
  readonly #deps: RunDeps;
  readonly #wizard: WizardDeps | null;
  readonly #options: SessionOptions;
  readonly #listeners = new Set<() => void>();
  readonly #stop = new AbortController();
  #looking = new AbortController();
  #state = firstState;
  #leave: (outcome: Outcome) => void = () => {};
  /** Set by who draws: without screens there is nothing to put away. */
  handOver: HandOver = (work) => work();

  constructor(
    deps: RunDeps,
    wizard: WizardDeps | null,
    options: SessionOptions = { owns: true, closes: false },
    runId: string | null = null,
  ) {
    this.#deps = deps;
    this.#wizard = wizard;
    this.#options = options;
    if (runId !== null) this.#do({ type: 'running', runId });
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
  async look(goOn = false): Promise<void> {
    const wizard = this.#wizard;
    if (!wizard) return;
    this.#looking.abort();
    this.#looking = new AbortController();
    const { signal } = this.#looking;
    this.#do({ type: 'again', goOn });
    try {
      const seen = await wizard.observe((part) => {
        if (!signal.aborted) this.#do({ type: 'seen', seen: part });
      }, signal);
      if (signal.aborted) return;
      this.#do({ type: 'complete', seen });
      const planned = await wizard.plan(wizard.choices, seen);
      if (!signal.aborted) this.#do({ type: 'planned', planned });
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

  /** From the roads back to the machine page, which looks anew. */
  lookAgain(): void {
    this.#do({ type: 'back' });
    void this.look(true);
  }

  /** A road was chosen: where it needs root rights they are asked for first. */
  chooseRoad(road: EngineRoad): void {
    if (road.id === 'session-group') this.#restartUnderGroup();
    else if (road.root) this.#do({ type: 'road', road });
    else void this.walk(road);
  }

  /** Walks a road to an engine and goes on by itself. */
  async walk(road: EngineRoad): Promise<void> {
    const wizard = this.#wizard;
    if (!wizard) return;
    const { signal } = this.#stop;
    try {
      const came = await walkWithRights(road, this.#state.seen.machine, wizard, {
        onBegin: () => this.#do({ type: 'walk', road }),
        onLine: (line) => this.#do({ type: 'road-line', line }),
        handOver: (work) => this.handOver(work),
        signal,
      });
      if (signal.aborted) return;
      if (came === 'no-root') return this.#do({ type: 'problem', text: words.engine.noRoot });
      if (came === 'group') return this.#restartUnderGroup();
      this.#do({ type: 'walked' });
      await this.look(true);
    } catch (error) {
      if (signal.aborted) return;
      // How far it came decides which roads there are now.
      const seen = await wizard.observe(() => {}, signal).catch(() => null);
      if (seen) this.#do({ type: 'complete', seen });
      this.#problem(error);
    }
  }

  /** This process is not of the group, and never will be: a new one is. */
  #restartUnderGroup(): void {
    this.#stop.abort();
    this.#looking.abort();
    this.#leave({ exitCode: exitCodes.done, lines: [words.engine.underGroup], underGroup: true });
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
    if (this.#options.closes || (stopped && !result?.ok)) this.leave('finished');
    else this.#do({ type: 'ended', ok: result?.ok ?? false });
  }

  /** `q`: leaves at once when nothing runs, else asks. */
  quit(): void {
    const { page } = this.#state;
    if (page.at === 'run') {
      if (page.ending === 'none') this.#do({ type: 'ending', ending: 'asking' });
    } else if (page.at !== 'starting' && page.at !== 'walking') {
      this.leave(this.#hasRun() ? 'finished' : 'nothing');
    }
  }

  /**
   * A signal from outside. A terminal that goes away is no wish to stop: the run goes on and can be
   * attached to. SIGTERM is one, for a run that was started here.
   */
  signal(signal: EndingSignal): void {
    const { page } = this.#state;
    if (signal === 'SIGINT') this.interrupt();
    else if (signal === 'SIGTERM' && this.#options.owns && stillObeys(page)) {
      this.#cancel(page.ending === 'stopping', signal);
    } else {
      const going = page.at === 'run' || page.at === 'starting';
      this.leave(going ? 'detached' : 'finished', signalExitCodes[signal]);
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
    if (!url) return;
    void this.#deps
      .open?.(url)
      .then((done) => {
        const { opened, notOpened } = words.report;
        this.#do({ type: 'problem', text: (done ? opened : notOpened)(url) });
      })
      .catch((error: unknown) => this.#problem(error));
  }

  stopContainer(): void {
    const id = this.feed.state.result?.container?.id;
    if (this.#state.page.at !== 'report' || !id) return;
    this.#do({ type: 'problem', text: words.report.stopping });
    void this.#deps
      .stopContainer?.(id)
      .then(() => this.#do({ type: 'stopped', text: words.report.containerStopped }))
      .catch((error: unknown) => this.#problem(error));
  }

  leave(leaving: Leaving, exitCode?: ExitCode): void {
    const { page, stopped } = this.#state;
    const runId = 'runId' in page ? page.runId : null;
    const ended = this.feed.state.result?.exitCode ?? (runId ? exitCodes.bug : exitCodes.done);
    const code = exitCode ?? (leaving === 'finished' ? ended : exitCodes.done);
    this.#stop.abort();
    this.#looking.abort();
    this.feed.close();
    this.#leave({ exitCode: code, lines: summaryLines(this.feed.state, runId, leaving, stopped) });
  }

  #hasRun(): boolean {
    return 'runId' in this.#state.page;
  }

  #cancel(force: boolean, signal: EndingSignal = 'SIGINT'): void {
    this.#do({ type: 'ending', ending: force ? 'forcing' : 'stopping' });
    this.#control({ type: 'cancel', signal, force });
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

/** A run that was told to end at once and is still there is left to itself. */
function stillObeys(page: Page): page is Extract<Page, { at: 'run' }> {
  return page.at === 'run' && page.ending !== 'forcing';
}
