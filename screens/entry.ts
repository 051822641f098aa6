import type { Io } from '../src/commands/io.ts';
import type { RunScreenOptions } from '../src/commands/load-screens.ts';
import { firstDeps } from './first-deps.ts';
import { attachScreen, runWizard } from './main.tsx';

/** What the program starts where there is a terminal; a bundle of its own (esbuild.config.ts). */

/** The wizard. Gives the exit code. */
export async function wizard(io: Io, version: string): Promise<number> {
  // Only a wizard that goes on for another one has something to read there.
  const group = () => import('./under-group.ts');
  const goesOn = io.env.STEADYDANCER_GOES_ON ? (await group()).goesOnWith(io) : null;
  const outcome = await runWizard(firstDeps(io, version, goesOn));
  return typeof outcome === 'number' ? outcome : (await group()).underDockerGroup(io, outcome);
}

/** The screens of one run. Gives its exit code. */
export async function attach(io: Io, runId: string, options: RunScreenOptions): Promise<number> {
  const { runDeps } = await import('./connect-run.ts');
  return attachScreen(runDeps(io), runId, options);
}
