import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Event } from '../../../src/contract/events.ts';
import type { Plan } from '../../../src/contract/plan.ts';
import { listenForControl, type ReceivedControl } from '../../../src/runner/control-server.ts';
import { processStartedAt, runFiles, writeRunRecord } from '../../../src/runner/run-record.ts';

export interface ReplayOptions {
  /** `runs` of a STEADYDANCER_HOME. */
  runsDir: string;
  runId: string;
  recipe?: string;
  profile?: string | null;
  /** The moment that counts as now: events get the time that they would have had. */
  nowOfEvents: Date;
  plan?: Plan;
  dockerfile?: string;
}

/**
 * A run's folder as its own process would write it, with the events of a recording: the real program
 * attaches to it. This process stands for the run's: while it lives, so does the run.
 */
export class ReplayedRun {
  readonly dir: string;
  readonly #shiftMs: number;
  /** What front-ends said to the run. */
  readonly told: ReceivedControl[] = [];
  #control: { close(): void } | null = null;

  private constructor({ runsDir, runId, nowOfEvents }: ReplayOptions) {
    this.dir = join(runsDir, runId);
    this.#shiftMs = Date.now() - nowOfEvents.getTime();
  }

  static async open(options: ReplayOptions): Promise<ReplayedRun> {
    const run = new ReplayedRun(options);
    const { runId, recipe = 'steadydancer', profile = 'rtx4090-fp8', plan, dockerfile } = options;
    mkdirSync(join(run.dir, 'inputs'), { recursive: true });
    writeFileSync(join(run.dir, runFiles.events), '');
    if (plan) writeFileSync(join(run.dir, 'inputs', 'plan.json'), JSON.stringify(plan));
    if (dockerfile) writeFileSync(join(run.dir, 'inputs', 'Dockerfile'), dockerfile);
    run.#control = await listenForControl(join(run.dir, runFiles.control), (message) => {
      run.told.push(message);
      return { ok: true };
    });
    await writeRunRecord(run.dir, {
      id: runId,
      pid: process.pid,
      pidStartedAt: processStartedAt(process.pid),
      startedAt: new Date().toISOString(),
      profile,
      recipe,
      planDigest: null,
      choices: {},
    });
    return run;
  }

  /** Events and, of the lines of a build among them, build.log. */
  write(events: readonly Event[]): void {
    const lines = events.map((event) => `${JSON.stringify(this.#now(event))}\n`);
    appendFileSync(join(this.dir, runFiles.events), lines.join(''));
    const output = events.flatMap((event) =>
      event.type === 'build.log' ? [`#${event.vertex} ${event.text}\n`] : [],
    );
    if (output.length > 0) appendFileSync(join(this.dir, runFiles.buildLog), output.join(''));
  }

  close(): void {
    this.#control?.close();
  }

  #now(event: Event): Event {
    return { ...event, at: new Date(Date.parse(event.at) + this.#shiftMs).toISOString() };
  }
}
