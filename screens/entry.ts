import type { Io } from '../src/commands/io.ts';
import type { RunScreenOptions } from '../src/commands/load-screens.ts';
import { findProfile } from '../src/profiles/find-profile.ts';
import { firstDeps } from './first-deps.ts';
import { attachScreen, runWizard } from './main.tsx';
import { goesOnWith, underDockerGroup } from './under-group.ts';

/** What the program starts where there is a terminal; a bundle of its own (esbuild.config.ts). */

/** The wizard. Gives the exit code. */
export async function wizard(io: Io, version: string): Promise<number> {
  // The first step of a first run: it needs nothing but an engine, and shows that all else works.
  const { profile } = findProfile('rehearsal', io);
  const goesOn = goesOnWith(io);
  const deps = firstDeps(io, version, {
    rehearsal: { choices: profile.choices, profile: profile.name },
    ...(goesOn ? { goesOn } : {}),
  });
  const outcome = await runWizard(deps);
  return typeof outcome === 'number' ? outcome : underDockerGroup(io, outcome);
}

/** The screens of one run. Gives its exit code. */
export async function attach(io: Io, runId: string, options: RunScreenOptions): Promise<number> {
  const { runDeps } = await import('./connect-run.ts');
  return attachScreen(runDeps(io), runId, options);
}
