import type { Io } from '../src/commands/io.ts';
import { findProfile } from '../src/profiles/find-profile.ts';
import { runDeps, wizardDeps } from './connect.ts';
import { attachScreen, runWizard } from './main.tsx';

/** What the program starts where there is a terminal; a bundle of its own (esbuild.config.ts). */

/** The wizard. Gives the exit code. */
export async function wizard(io: Io, version: string): Promise<number> {
  // The first step of a first run: it needs nothing but an engine, and shows that all else works.
  const { profile } = findProfile('rehearsal', io);
  return runWizard(wizardDeps(io, version, { profile: profile.name, choices: profile.choices }));
}

/** The screens of one run. Gives its exit code. */
export async function attach(io: Io, runId: string): Promise<number> {
  return attachScreen(runDeps(io), runId);
}
