import type { RunDeps, WizardDeps } from './deps.ts';
import type { Outcome, SessionOptions } from './outcome.ts';
import type { HandOver } from './road-walk.ts';
import { RunFeed } from './run-feed.ts';
import { Answers } from './session/answers.ts';
import { Cleaning } from './session/cleaning.ts';
import { EngineRoads } from './session/engine-roads.ts';
import { HubToken } from './session/hub-token.ts';
import { Interrupts } from './session/interrupts.ts';
import { Leaving } from './session/leaving.ts';
import { Planning } from './session/planning.ts';
import { ProfileActions } from './session/profile-actions.ts';
import { ReportActions } from './session/report-actions.ts';
import { Running } from './session/running.ts';
import type { Shared } from './session/shared.ts';
import { Store } from './session/store.ts';
import { Troubleshooting } from './session/troubleshooting.ts';
import { Waking } from './session/waking.ts';
import type { Page } from './wizard-state.ts';

/**
 * What the wizard does in the world, and its state. Components draw it and call its parts, each of
 * which is a file of its own in session/ over one shared store.
 */
export class Session {
  readonly store = new Store();
  readonly feed = new RunFeed();
  /** Null where only a run is looked at. */
  readonly wizard: WizardDeps | null;
  /** Settles when the person or the end of the run closes the screens. */
  readonly outcome: Promise<Outcome>;
  readonly planning: Planning;
  readonly roads: EngineRoads;
  readonly waking: Waking;
  readonly answers: Answers;
  readonly running: Running;
  readonly trouble: Troubleshooting;
  readonly report: ReportActions;
  readonly profiles: ProfileActions;
  readonly cleaning: Cleaning;
  readonly token: HubToken;
  readonly leaving: Leaving;
  readonly interrupts: Interrupts;
  /** Set by who draws: without screens there is nothing to put away. */
  handOver: HandOver = (work) => work();

  constructor(
    deps: RunDeps,
    wizard: WizardDeps | null,
    options: SessionOptions = { owns: true, closes: false },
    runId: string | null = null,
  ) {
    const { promise, resolve } = Promise.withResolvers<Outcome>();
    this.outcome = promise;
    this.wizard = wizard;
    const { store, feed } = this;
    const handOver: HandOver = (work) => this.handOver(work);
    const stop = new AbortController();
    const shared: Shared = { store, feed, deps, wizard, options, stop, close: resolve, handOver };
    this.planning = new Planning(shared);
    this.roads = new EngineRoads(shared, this.planning);
    this.waking = new Waking(shared, this.planning);
    this.answers = new Answers(shared, this.planning);
    this.leaving = new Leaving(shared);
    this.running = new Running(shared, this.leaving);
    this.trouble = new Troubleshooting(shared, this.running);
    this.report = new ReportActions(shared);
    this.token = new HubToken(shared);
    this.cleaning = new Cleaning(shared);
    this.profiles = new ProfileActions(shared, this.planning);
    this.interrupts = new Interrupts(shared, this.running, this.leaving);
    if (runId !== null) store.do({ flow: 'run', type: 'running', runId });
  }

  /** Goes to a page; Esc comes back from it. */
  open(page: Page): void {
    this.store.do({ flow: 'way', type: 'open', page });
  }

  back(): void {
    this.store.do({ flow: 'way', type: 'back' });
  }

  help(open: boolean): void {
    this.store.do({ flow: 'way', type: 'help', open });
  }
}
