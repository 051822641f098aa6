import { exitCodes } from '../contract/exit-codes.ts';
import type { Io } from './io.ts';
import { drawsScreens, loadScreens } from './load-screens.ts';

/** `steadydancer` alone: the wizard; without a terminal, the sentence that says what works there. */
export async function wizard(io: Io, version: string): Promise<number> {
  if (!drawsScreens(io)) {
    io.say('The wizard needs a terminal. Here, without one:');
    io.say('  npm start -- run --profile rehearsal --yes --install-docker');
    return exitCodes.usage;
  }
  return (await loadScreens()).wizard(io, version);
}
