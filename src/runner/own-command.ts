import { basename, relative } from 'node:path';
import { shellWord } from '../text/shell-word.ts';

/** Set by `--on` on the server: the host as the person wrote it. */
export const ON_VARIABLE = 'STEADYDANCER_ON';

interface StartedAs {
  env: NodeJS.ProcessEnv;
  /** The script, as `process.argv[1]` names it. */
  script: string | undefined;
  cwd: string;
}

/**
 * How a person starts this program again from where they are: as they did this time. npm tells its
 * scripts their name and its own command (docs.npmjs.com, "scripts": npm_lifecycle_event).
 */
export function ownCommand({ env, script, cwd }: StartedAs): string {
  // Put here by `--on`: the person sits at another computer and types it there.
  if (env[ON_VARIABLE]) return `steadydancer --on ${shellWord(env[ON_VARIABLE])}`;
  if (env.npm_lifecycle_event === 'start') return 'npm start --';
  if (env.npm_command === 'exec') return 'npx steadydancer-wizard';
  if (!script || basename(script) !== 'main.js') return 'steadydancer';
  const short = relative(cwd, script);
  const path = short.startsWith('..') ? script : short;
  return `node ${/^[\w./-]+$/.test(path) ? path : JSON.stringify(path)}`;
}
