import { dirname, isAbsolute, join, resolve } from 'node:path';
import { expandHome } from '../ports/expand-home.ts';

/** Where this program keeps what is its own. */
export interface Places {
  /** One JSON file a profile, and `settings/` for the choice of the default one. */
  profiles: string;
  /** One folder a run. */
  runs: string;
}

const APP = 'steadydancer';

/**
 * `$STEADYDANCER_HOME/{profiles,runs}` when it is set, else profiles in the platform's config
 * folder and runs in its state folder: XDG Base Directory Specification 0.8 on Linux (a relative
 * path in an XDG variable is ignored, as it asks), Application Support on macOS.
 * Makes no folder.
 */
export function places(
  env: NodeJS.ProcessEnv,
  home: string,
  platform: NodeJS.Platform = process.platform,
): Places {
  const own = env.STEADYDANCER_HOME;
  if (own) {
    const root = resolve(expandHome(own, home));
    return { profiles: join(root, 'profiles'), runs: join(root, 'runs') };
  }
  if (platform === 'darwin') {
    const support = join(home, 'Library', 'Application Support', APP);
    return { profiles: join(support, 'profiles'), runs: join(support, 'runs') };
  }
  if (platform === 'win32') {
    const config = env.APPDATA || join(home, 'AppData', 'Roaming');
    const state = env.LOCALAPPDATA || join(home, 'AppData', 'Local');
    return { profiles: join(config, APP, 'profiles'), runs: join(state, APP, 'runs') };
  }
  const config = absolute(env.XDG_CONFIG_HOME) ?? join(home, '.config');
  const state = absolute(env.XDG_STATE_HOME) ?? join(home, '.local', 'state');
  return { profiles: join(config, APP, 'profiles'), runs: join(state, APP, 'runs') };
}

function absolute(path: string | undefined): string | undefined {
  return path && isAbsolute(path) ? path : undefined;
}

/** Build contexts that were assembled, beside the runs: one is made once and used by every run. */
export function contextsDir(runsDir: string): string {
  return join(dirname(runsDir), 'contexts');
}
