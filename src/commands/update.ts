import { createInterface } from 'node:readline/promises';
import type { Choices } from '../contract/choices.ts';
import { exitCodes } from '../contract/exit-codes.ts';
import { Failure, UsageError } from '../contract/failure.ts';
import type { Pins, PinsFile, ProvedPins, UpdatePin, UpdateReport } from '../contract/update.ts';
import { type PlannedHere, planHere } from '../pipeline/planning.ts';
import { systemClock } from '../ports/clock.ts';
import { systemProcesses } from '../ports/processes.ts';
import { asShipped, goBack, readPinsFile, takePins } from '../profiles/pins-store.ts';
import { places } from '../profiles/places.ts';
import { commitsOf, withPins } from '../recipe/pins.ts';
import { resolveChoices } from '../recipe/resolve-choices.ts';
import { defaultStack, type Stack, stackById } from '../recipe/stacks.ts';
import { lookUpstream } from '../recipe/upstream.ts';
import { formatMinutes } from '../text/format.ts';
import { type Io, outJson } from './io.ts';
import { chosen } from './run-options.ts';
import { movedWords, pinLines } from './update-lines.ts';
import { type Proof, type Prove, proveByRun } from './update-proof.ts';

export interface UpdateOptions {
  profile?: string;
  check?: boolean;
  back?: boolean;
  yes?: boolean;
  json?: boolean;
}

interface Asked {
  profile: string | null;
  choices: Choices;
  options: UpdateOptions;
  io: Io;
  plan: UpdateWorks['plan'];
}

/** What `update` asks for: how choices are planned, how a candidate is built and tested. */
export interface UpdateWorks {
  plan: typeof planHere;
  prove: Prove;
}

/**
 * `steadydancer update`: looks at what upstream moved, builds and tests it beside what runs, and
 * takes the new pins only when the test passed. A failure leaves everything as it was.
 * @param works by default this machine, and a run of its own
 */
export async function update(
  options: UpdateOptions,
  io: Io,
  { plan = planHere, prove = proveByRun }: Partial<UpdateWorks> = {},
): Promise<number> {
  if (options.back && (options.check || options.yes)) {
    throw new UsageError('--back stands alone: it looks at nothing and builds nothing.');
  }
  const asked: Asked = { ...chosen(options, io), options, io, plan };
  refuseOthers(asked.choices);
  return options.back ? returnToGood(asked) : moveOn(asked, prove);
}

/** Only our own image is made of pins. */
function refuseOthers(choices: Choices): void {
  const { recipe, image } = resolveChoices(choices);
  if (recipe === 'steadydancer' && image === undefined) return;
  const what = image === undefined ? `The recipe \`${recipe}\`` : 'A ready image';
  throw new UsageError(
    `${what} has no pins of ComfyUI and node packs: there is nothing to update.`,
  );
}

async function moveOn(asked: Asked, prove: Prove): Promise<number> {
  const { io, profile, choices, options } = asked;
  const file = readPinsFile(profile, io);
  const now = await planned(asked, undefined);
  const shipped = stackById(now.planned.plan.stack ?? '') ?? defaultStack();
  const { row } = withPins(shipped, file.current.pins);
  const pins = await lookUpstream({
    row,
    mirror: choices.mirrors?.git,
    processes: systemProcesses,
    env: io.env,
    signal: new AbortController().signal,
  });
  io.say(`${shipped.title}:`);
  for (const line of pinLines(pins)) io.say(line);
  const moved = movedWords(pins);
  const report = reporter(asked, shipped, pins, file);
  if (moved === '')
    return report('nothing', 'Nothing moved: every pin that was seen is the newest.');
  if (options.check) return report('looked', `${moved} moved; nothing was changed.`);
  const candidate = { profile, choices, pins: movedPins(shipped, row, pins) };
  const next = await planned(asked, candidate.pins);
  // What cannot run cannot be tested, and what is not tested is not taken.
  if (next.planned.refusal) throw next.planned.refusal;
  if (!next.planned.needsGpu) throw testedElsewhere();
  if (!(options.yes || (await agreed(asked, next)))) {
    report('looked', `${moved} moved; --yes builds and tests it.`, exitCodes.question);
    return exitCodes.question;
  }
  const proof = await prove(candidate, io);
  const { image, runId } = proof;
  if (proof.exitCode !== exitCodes.done || !image) return kept(report, proof);
  const { planDigest } = next.planned.plan;
  const provedAt = systemClock.now().toISOString();
  const good: ProvedPins = { pins: candidate.pins, image, planDigest, provedAt, runId };
  const taken = await takePins(profile, io, good, lastGood(file.current, now), systemClock);
  const start = profile === null ? 'steadydancer run' : `steadydancer run --profile ${profile}`;
  const summary = `${moved} moved and passed the test: ${image.ref} is what \`${start}\` starts from now on.`;
  return reporter(asked, shipped, pins, taken, runId)('updated', summary);
}

function kept(report: Report, { exitCode, summary, runId }: Proof): number {
  report('kept', `Nothing was changed, the pins stay as they were: ${summary}`, exitCode, runId);
  return exitCode;
}

/** Commits that differ from what is shipped: those in force, with what moved over them. */
function movedPins(shipped: Stack, row: Stack, pins: readonly UpdatePin[]): Pins {
  const over = commitsOf(shipped);
  const commits = { ...commitsOf(row) };
  for (const { id, to } of pins) if (to !== null) commits[id] = to;
  const others = Object.entries(commits).filter(([id, commit]) => over[id] !== commit);
  return { stack: shipped.id, over, commits: Object.fromEntries(others) };
}

/** What is gone back to: with the image that this engine has of it, where nobody noted one. */
function lastGood(current: ProvedPins, { planned: { plan }, inventory }: PlannedHere): ProvedPins {
  if (current.image) return current;
  const found = inventory.images.find((image) => image.plan === plan.planDigest);
  const { planDigest } = plan;
  return found ? { ...current, planDigest, image: { ref: plan.image.ref, id: found.id } } : current;
}

async function returnToGood(asked: Asked): Promise<number> {
  const { profile, io } = asked;
  const was = readPinsFile(profile, io).current;
  const file = await goBack(profile, io, systemClock);
  if (!file) {
    throw new UsageError(
      'There is nothing to go back to: nothing was updated, or all of it was taken back.',
    );
  }
  const { current } = file;
  const shipped = stackById((current.pins ?? was.pins)?.stack ?? '') ?? defaultStack();
  const when = current.provedAt === null ? 'as shipped' : `of ${current.provedAt.slice(0, 10)}`;
  const image = current.image ? `; its image is ${current.image.ref}` : '';
  return reporter(
    asked,
    shipped,
    [],
    file,
  )('went-back', `The pins are those ${when} again${image}.`);
}

async function planned({ profile, choices, io, plan }: Asked, pins: Pins | undefined) {
  const { runs } = places(io.env, io.home);
  return plan(
    { choices, profile, pins, cwd: io.cwd, home: io.home, runsDir: runs },
    { env: io.env, clock: systemClock, processes: systemProcesses },
    new AbortController().signal,
  );
}

async function agreed(
  { options, io }: Asked,
  { planned: { plan } }: PlannedHere,
): Promise<boolean> {
  if (options.json || !io.interactive) return false;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const text = `Build and test it beside what runs (${formatMinutes(plan.minutes)})? y/N `;
  const answer = await terminal.question(text);
  terminal.close();
  return /^y(es)?$/i.test(answer.trim());
}

function testedElsewhere(): Failure {
  return new Failure({
    code: 'update-not-testable',
    sentence:
      'New pins are taken only after a test video, and this profile runs on another computer.',
    phase: 'prepare',
    fixes: [{ label: 'See what moved', command: 'steadydancer update --check' }],
  });
}

type Report = (
  did: UpdateReport['did'],
  summary: string,
  exitCode?: number,
  runId?: string | null,
) => number;

/** Says how it ended, as words or as the document; gives the exit code. */
function reporter(
  { profile, options, io }: Asked,
  stack: Stack,
  pins: UpdatePin[],
  { current, earlier }: PinsFile,
  ran: string | null = null,
): Report {
  return (did, summary, exitCode = exitCodes.done, runId = ran) => {
    const document: UpdateReport = {
      v: 1,
      ok: exitCode === exitCodes.done,
      profile,
      stack: stack.id,
      pins,
      did,
      summary,
      current: current ?? asShipped,
      back: earlier[0] ?? null,
      runId,
    };
    if (options.json) outJson(io, document);
    else io.say(summary);
    return exitCode;
  };
}
