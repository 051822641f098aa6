import type { Io } from '../src/commands/io.ts';
import { hubAccess } from '../src/models/hub-access.ts';
import { forgetToken, keepToken, tokenKeeper, tokenPath } from '../src/models/kept-token.ts';
import { systemProcesses } from '../src/ports/processes.ts';
import type { TokenWorld } from './token-world.ts';

/** The hub's token of this person, as the wizard's own environment and their places have it. */
export function tokenWorld(io: Io): TokenWorld {
  const of = { env: io.env, home: io.home, processes: systemProcesses };
  let typed = false;
  return {
    look: () => {
      const keptIn = tokenKeeper(io);
      const fromEnv = Boolean(io.env.HF_TOKEN || io.env.HUGGING_FACE_HUB_TOKEN);
      const from = typed
        ? 'typed'
        : fromEnv
          ? 'environment'
          : hubAccess(io.env).token !== null
            ? 'file'
            : keptIn !== null
              ? 'kept'
              : 'none';
      return { from, keptIn, path: tokenPath(io) };
    },
    use: (token) => {
      // As if it had been set before the wizard: a run takes it from there, and nowhere else.
      io.env.HF_TOKEN = token;
      typed = true;
    },
    keep: (token) => keepToken(token, of),
    forget: async () => {
      await forgetToken(of);
      if (typed) delete io.env.HF_TOKEN;
      typed = false;
    },
  };
}
