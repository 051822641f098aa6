import type { RunScreenOptions } from '../src/commands/load-screens.ts';
import { type EndingSignal, signalExitCodes } from '../src/contract/exit-codes.ts';
import { announceRun } from './announce-run.ts';
import type { Asked, RunDeps, WizardDeps } from './deps.ts';
import { mount } from './kit/mount.tsx';
import type { Outcome } from './outcome.ts';
import { Session } from './session.ts';
import { Wizard } from './wizard.tsx';

/**
 * The wizard from the welcome on. Gives the exit code; what is left to say goes to `say`.
 * Or what it has to go on with, started again under group docker.
 */
export async function runWizard(deps: WizardDeps): Promise<number | Asked> {
  const session = new Session(deps, deps);
  const begin = () =>
    deps.goesOn ? session.planning.begin(deps.goesOn, true) : session.planning.look();
  const { exitCode, underGroup } = await show(session, deps, begin);
  return underGroup ?? exitCode;
}

/** The screens of a run that goes on, or went. Gives the run's exit code, 0 when it was left. */
export async function attachScreen(
  deps: RunDeps,
  runId: string,
  options: RunScreenOptions,
): Promise<number> {
  const session = new Session(deps, null, options, runId);
  return (await show(session, deps, () => session.running.follow(runId))).exitCode;
}

async function show(session: Session, deps: RunDeps, begin: () => Promise<void>): Promise<Outcome> {
  const draw = () => mount(<Wizard session={session} deps={deps} />, deps.terminal);
  let screen = draw();
  const announced = announceRun(session.feed, deps);
  const away = async () => {
    screen.unmount();
    await screen.gone;
  };
  session.handOver = async (work) => {
    await away();
    try {
      return await work();
    } finally {
      screen = draw();
    }
  };
  // With a listener of our own Ink does not end the process by itself: what is left is said first.
  const onSignal = (signal: EndingSignal) => session.interrupts.signal(signal);
  const signals = Object.keys(signalExitCodes) as EndingSignal[];
  for (const signal of signals) process.on(signal, onSignal);
  // The engine is loaded behind the first frame, not before it.
  const failed = screen
    .flushed()
    .then(begin)
    .then(
      () => new Promise<never>(() => {}),
      (error: unknown) => Promise.reject(error),
    );
  try {
    const outcome = await Promise.race([session.outcome, failed]);
    await away();
    for (const line of outcome.lines) deps.say(line);
    return outcome;
  } finally {
    // Whatever went wrong, the terminal is given back as it was.
    screen.unmount();
    announced.end();
    for (const signal of signals) process.off(signal, onSignal);
  }
}
