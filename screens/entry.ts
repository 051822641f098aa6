import type { Io } from '../src/commands/io.ts';
import type { RunScreenOptions } from '../src/commands/load-screens.ts';
import { findProfile } from '../src/profiles/find-profile.ts';
import { wizardDeps } from './connect.ts';
import { runDeps } from './connect-run.ts';
import { attachScreen, runWizard } from './main.tsx';
import { underDockerGroup, wasUnderWay } from './under-group.ts';

/** What the program starts where there is a terminal; a bundle of its own (esbuild.config.ts). */

/** The wizard. Gives the exit code. */
export async function wizard(io: Io, version: string): Promise<number> {
  // The first step of a first run: it needs nothing but an engine, and shows that all else works.
  const { profile } = findProfile('rehearsal', io);
  const deps = wizardDeps(io, version, { profile: profile.name, choices: profile.choices });
  const outcome = await runWizard({ ...deps, goesOn: wasUnderWay(io) });
  return outcome === 'docker-group' ? underDockerGroup(io) : outcome;
}

/** The screens of one run. Gives its exit code. */
export async function attach(io: Io, runId: string, options: RunScreenOptions): Promise<number> {
  return attachScreen(runDeps(io), runId, options);
}
