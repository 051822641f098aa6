import type { RunDeps, WizardDeps } from './deps.ts';
import { mount } from './kit/mount.tsx';
import { Session } from './session.ts';
import { Wizard } from './wizard.tsx';

/** The wizard from the machine page on. Gives the exit code; what is left to say goes to `say`. */
export async function runWizard(deps: WizardDeps): Promise<number> {
  const session = new Session(deps, deps);
  return show(session, deps, deps.profile, () => session.look());
}

/** The screens of a run that goes on, or went. Gives the run's exit code, 0 when it was left. */
export async function attachScreen(deps: RunDeps, runId: string): Promise<number> {
  const session = new Session(deps, null);
  return show(session, deps, null, () => session.follow(runId));
}

async function show(
  session: Session,
  deps: RunDeps,
  profile: string | null,
  begin: () => Promise<void>,
): Promise<number> {
  const screen = mount(<Wizard session={session} deps={deps} profile={profile} />, deps.terminal);
  const failed = begin().then(
    () => new Promise<never>(() => {}),
    (error: unknown) => Promise.reject(error),
  );
  try {
    const { exitCode, lines } = await Promise.race([session.outcome, failed]);
    screen.unmount();
    await screen.gone;
    for (const line of lines) deps.say(line);
    return exitCode;
  } finally {
    // Whatever went wrong, the terminal is given back as it was.
    screen.unmount();
  }
}
