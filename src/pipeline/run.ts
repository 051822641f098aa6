import { homedir } from 'node:os';
import { lookAhead } from '../build/choose-builder.ts';
import type { Emit } from '../contract/events.ts';
import { exitCodes } from '../contract/exit-codes.ts';
import { Failure } from '../contract/failure.ts';
import type { ResultBody } from '../contract/result.ts';
import type { Valve } from '../models/valve.ts';
import { REHEARSAL_RESERVE_BYTES } from '../recipe/plan-rehearsal.ts';
import type { Question } from '../runner/questions.ts';
import type { RunRequest } from '../runner/request.ts';
import { lockProfile } from '../runner/run-lock.ts';
import { formatBytes } from '../text/format.ts';
import { Cancelled } from './cancel.ts';
import type { Ports, RunContext, RunFacts } from './context.ts';
import { countDownloads, runDisk } from './disk-guard-run.ts';
import type { DownloadPauses } from './download-pauses.ts';
import { namedByEngine } from './engine-gone.ts';
import type { Ballast } from './free-space-ballast.ts';
import { GroupNeeded } from './group-needed.ts';
import { keepAwake } from './keep-awake.ts';
import { phasesOf } from './phases/index.ts';
import { type PlannedHere, planHere } from './planning.ts';
import { type Reconciled, reconcile } from './reconcile.ts';
import { emptyResult, endingOf } from './result.ts';

export interface RunInput {
  request: RunRequest;
  runDir: string;
  runsDir: string;
  ports: Ports;
  emit: Emit;
  ask: (question: Question) => Promise<string>;
  /** Called as soon as the digest is known, before anything is changed. */
  onPlanned: (planDigest: string) => Promise<void>;
  /** Told of what should never happen, with its stack: for runner.log. */
  onBug: (error: unknown) => void;
  /** Downloads are paused through these, by a person or by the disk guard. */
  valve: Valve;
  pauses: DownloadPauses;
  /** Given back when the disk is full, so that the journal survives. */
  ballast: Ballast;
  signal: AbortSignal;
}

/**
 * One run from request to result: looks, plans, reconciles. Never throws for what a person can act
 * on: that is in the result. Throws GroupNeeded only.
 */
export async function executeRun(input: RunInput): Promise<ResultBody> {
  const { request, runDir, runsDir, ports, emit, signal } = input;
  const ids = { runId: request.runId, runDir };
  let unlock = () => {};
  try {
    const lockName = request.profile ?? request.choices.recipe ?? 'steadydancer';
    unlock = lockProfile(runsDir, lockName, request.runId);
    const { choices, profile, cwd, pins } = request;
    const home = ports.env.HOME || homedir();
    const look = () => planHere({ choices, profile, cwd, home, runsDir, pins }, ports, signal);
    let here = await look();
    if (request.installDocker && (await provided(here, input))) here = await look();
    const { plan } = here.planned;
    await input.onPlanned(plan.planDigest);
    emit({
      type: 'run.started',
      runId: request.runId,
      planDigest: plan.planDigest,
      profile,
      recipe: here.planned.choices.recipe,
      ...(request.continues ? { continues: request.continues } : {}),
    });
    for (const { text } of plan.warnings) emit({ type: 'note', level: 'warn', text });
    const facts: RunFacts = { smoke: [], outputs: [], built: {}, buildMs: 0 };
    const atEnd: (() => Promise<void>)[] = [];
    const onEnd = (work: () => Promise<void>) => void atEnd.push(work);
    const { disk, start } = runDisk(input, reserveOf(here.planned), ports.clock);
    const counted = countDownloads(emit, disk.downloaded);
    const ctx: RunContext = { ...input, ...here, emit: counted, home, facts, onEnd, disk };
    const guarding = start(ctx);
    const awake = keepAwake(ports.processes);
    const { engine } = here.machine;
    if (engine.state === 'ready') facts.mustLoad = lookAhead({ engine, ...ports }, signal);
    try {
      const done = await reconcile(phasesOf(here.planned, request), ctx, request, signal);
      done.failure = await namedByEngine(ctx, done);
      if (request.stopAfter) await stopContainer(ctx, done.failure === null);
      return resultOf(ctx, done, input);
    } finally {
      awake.stop();
      guarding.stop();
      for (const work of atEnd) await work();
    }
  } catch (error) {
    if (error instanceof GroupNeeded) throw error;
    return failed({ ...emptyResult, ...ids }, signal.aborted ? signal.reason : error, null, input);
  } finally {
    unlock();
  }
}

/**
 * True when an engine was installed or started, so that one has to look again.
 * Throws GroupNeeded when only a process under group docker can go on.
 */
async function provided({ machine }: PlannedHere, input: RunInput): Promise<boolean> {
  const { engine, host } = machine;
  if (engine.state === 'ready') return false;
  const { provideEngine } = await import('../machine/provide-engine.ts');
  const came = await provideEngine({
    ...input.ports,
    host,
    engine,
    onCommand: (command) => input.emit({ type: 'note', level: 'info', text: `root: ${command}` }),
    signal: input.signal,
  });
  if (came === 'group') throw new GroupNeeded(engine.fixes);
  return true;
}

/** What is named; else the guard reckons it, but a rehearsal asks for no more than its plan does. */
function reserveOf({ choices }: PlannedHere['planned']): number | undefined {
  const own = choices.recipe === 'rehearsal' ? REHEARSAL_RESERVE_BYTES : undefined;
  return choices.diskReserveBytes ?? own;
}

/** `--stop-after`: nothing goes on running; the container of a failed test is kept for its log. */
async function stopContainer({ facts, emit }: RunContext, passed: boolean): Promise<void> {
  const { container, engine } = facts;
  if (!container || !engine) return;
  const handle = engine.docker.getContainer(container.id);
  const { id, name } = container;
  await handle.stop({ t: 10 }).catch(() => {});
  emit({ type: 'container', state: 'stopped', id, name });
  if (passed) {
    await handle.remove({ force: true });
    emit({ type: 'container', state: 'removed', id, name });
  }
  facts.container = { ...container, state: passed ? 'removed' : 'exited' };
  delete facts.url;
}

function resultOf(
  ctx: RunContext,
  { phases, failedPhase, failure }: Reconciled,
  input: RunInput,
): ResultBody {
  const { facts, planned, request, runDir } = ctx;
  const known: ResultBody = {
    ...emptyResult,
    runId: request.runId,
    runDir,
    planDigest: planned.plan.planDigest,
    image: facts.image ?? null,
    container: facts.container
      ? { id: facts.container.id, name: facts.container.name, state: facts.container.state }
      : null,
    url: facts.url ?? null,
    asked: askedFor(ctx),
    built: { ...askedFor(ctx), ...facts.built },
    phases,
    smoke: facts.smoke,
    outputs: facts.outputs,
    ...(facts.pushed ? { pushed: facts.pushed } : {}),
    ...(facts.pods ? { pods: facts.pods } : {}),
  };
  if (failure !== null) return failed(known, failure, failedPhase, input);
  return { ...known, ok: true, exitCode: exitCodes.done, summary: readySentence(ctx) };
}

function failed(
  known: ResultBody,
  failure: unknown,
  phase: Reconciled['failedPhase'],
  { emit, onBug }: RunInput,
): ResultBody {
  if (!(failure instanceof Failure || failure instanceof Cancelled)) onBug(failure);
  const ending = endingOf(failure, phase);
  for (const diagnosis of ending.diagnoses) emit({ type: 'diagnosis', diagnosis });
  return { ...known, ok: false, ...ending };
}

function askedFor({ planned }: RunContext): Record<string, unknown> {
  const { recipe, variant, textEncoder, attention, blockSwap, placement, pose } = planned.choices;
  const asked = { recipe, variant, textEncoder, attention, blockSwap, placement, pose };
  const stack = planned.plan.stack;
  return JSON.parse(JSON.stringify({ ...asked, ...(stack === null ? {} : { stack }) }));
}

function readySentence({ request, planned, facts }: RunContext): string {
  const what = planned.choices.recipe === 'rehearsal' ? 'The rehearsal' : 'ComfyUI';
  if (facts.saved) return savedSentence(facts.saved);
  if (facts.podSentence) return facts.podSentence;
  if (facts.pushed && !facts.container) return pushedSentence(facts.pushed);
  if (request.until && !facts.container) return `Done up to ${request.until}, as asked.`;
  const passed = facts.smoke.length > 0 ? 'passed its test' : 'became ready';
  if (request.stopAfter) return `${what} ${passed} and was stopped, as asked.`;
  const tested = facts.smoke.length > 0 ? ' and passed its test' : '';
  return `${what} runs at ${facts.url}${tested}.`;
}

function savedSentence({ path, bytes }: NonNullable<RunFacts['saved']>): string {
  return `The image is saved as ${path} (${formatBytes(bytes)}); nothing was started here: steadydancer run --image FILE starts it on the other computer.`;
}

function pushedSentence(pushed: NonNullable<RunFacts['pushed']>): string {
  const [first] = pushed;
  return `The image is pushed as ${pushed.map(({ ref }) => ref).join(' and ')} (${first?.digest}).`;
}
