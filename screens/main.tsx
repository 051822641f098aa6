import type { RunScreenOptions } from '../src/commands/load-screens.ts';
import { type EndingSignal, signalExitCodes } from '../src/contract/exit-codes.ts';
import { announceRun } from './announce-run.ts';
import type { RunDeps, WizardDeps } from './deps.ts';
import { mount } from './kit/mount.tsx';
import type { Outcome } from './outcome.ts';
import { Session } from './session.ts';
import { Wizard } from './wizard.tsx';

/**
 * The wizard from the machine page on. Gives the exit code; what is left to say goes to `say`.
 * `docker-group`: it has to be started again under that group.
 */
export async function runWizard(deps: WizardDeps): Promise<number | 'docker-group'> {
  const session = new Session(deps, deps);
  const begin = () => session.planning.look(deps.goesOn);
  const { exitCode, underGroup } = await show(session, deps, deps.profile, begin);
  return underGroup ? 'docker-group' : exitCode;
}

/** The screens of a run that goes on, or went. Gives the run's exit code, 0 when it was left. */
export async function attachScreen(
  deps: RunDeps,
  runId: string,
  options: RunScreenOptions,
): Promise<number> {
  const session = new Session(deps, null, options, runId);
  return (await show(session, deps, null, () => session.running.follow(runId))).exitCode;
}

async function show(
  session: Session,
  deps: RunDeps,
  profile: string | null,
  begin: () => Promise<void>,
): Promise<Outcome> {
  const draw = () =>
    mount(<Wizard session={session} deps={deps} profile={profile} />, deps.terminal);
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
  const failed = begin().then(
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
