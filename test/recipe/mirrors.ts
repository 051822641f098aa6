// Copies of the real repositories, served to a build that cannot reach their host.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, startDaemon, stop } from '../world/recipe/repositories.ts';

export interface Wanted {
  /** `https://github.com/OWNER/NAME`. */
  repository: string;
  commit: string;
}

export interface Mirrors {
  /** Pinned commit → the commit that is served for it: itself, where the copy is complete. */
  served: Map<string, string>;
  /** `OWNER/NAME: path` of each file that a copy lacks and that is therefore not served. */
  leftOut: string[];
  port: number;
  close(): Promise<void>;
}

/** What of `wanted` the folder (`OWNER/NAME`: a repository, bare or not) does not have. */
export function missingFrom(folder: string, wanted: Wanted[]): string[] {
  return wanted.flatMap(({ repository, commit }) => {
    const at = gitDir(join(folder, ownerName(repository)));
    if (at === null) return [`${ownerName(repository)} is not in ${folder}`];
    return succeeds(at, ['cat-file', '-e', `${commit}^{tree}`])
      ? []
      : [`${ownerName(repository)} has no commit ${commit}`];
  });
}

/**
 * Serves each pinned commit over git's own protocol. A copy may lack the content of large files;
 * git refuses to send such a commit, so the same tree without them is served in its stead, and
 * `leftOut` names them. The copies themselves are only read.
 */
export async function serveMirrors(folder: string, wanted: Wanted[]): Promise<Mirrors> {
  const root = mkdtempSync(join(tmpdir(), 'sd-recipe-mirrors-'));
  const served = new Map<string, string>();
  const leftOut: string[] = [];
  for (const { repository, commit } of wanted) {
    const name = ownerName(repository);
    const source = gitDir(join(folder, name));
    if (source === null) throw new Error(`${name} is not in ${folder}`);
    const at = join(root, name);
    if (!existsSync(at)) {
      mkdirSync(at, { recursive: true });
      git(at, ['init', '--quiet', '--bare', '.']);
      writeFileSync(join(at, 'objects', 'info', 'alternates'), `${join(source, 'objects')}\n`);
      git(at, ['config', 'uploadpack.allowAnySHA1InWant', 'true']);
    }
    const absent = absentFiles(at, commit);
    served.set(commit, absent.length === 0 ? commit : without(at, commit, absent));
    leftOut.push(...absent.map((path) => `${name}: ${path}`));
  }
  const port = await freePort();
  const daemon = await startDaemon(root, port);
  return {
    served,
    leftOut,
    port,
    async close() {
      await stop(daemon);
      rmSync(root, { recursive: true, force: true });
    },
  };
}

function ownerName(repository: string): string {
  return new URL(repository).pathname.replace(/^\/|\.git$/g, '');
}

function gitDir(at: string): string | null {
  for (const candidate of [join(at, '.git'), at, `${at}.git`]) {
    if (existsSync(join(candidate, 'objects'))) return realpathSync(candidate);
  }
  return null;
}

/** Paths whose content is not among the objects: `ls-tree --long` has no size for them. */
function absentFiles(at: string, commit: string): string[] {
  return git(at, ['ls-tree', '-r', '--long', '-z', commit])
    .split('\0')
    .flatMap((line) => {
      const [, path = ''] = line.split('\t');
      return / blob \S+ +BAD\t/.test(line) ? [path] : [];
    });
}

function without(at: string, commit: string, paths: string[]): string {
  const env = { GIT_INDEX_FILE: join(at, `index-${commit}`), GIT_WORK_TREE: at };
  git(at, ['read-tree', commit], env);
  git(at, ['update-index', '--force-remove', '--', ...paths], env);
  const tree = git(at, ['write-tree', '--missing-ok'], env).trim();
  const who = { name: 'recipe test', email: 'recipe@example.org', date: '2026-01-01T00:00:00Z' };
  return git(at, ['commit-tree', tree, '-m', `${commit} without ${paths.join(', ')}`], {
    GIT_AUTHOR_NAME: who.name,
    GIT_AUTHOR_EMAIL: who.email,
    GIT_AUTHOR_DATE: who.date,
    GIT_COMMITTER_NAME: who.name,
    GIT_COMMITTER_EMAIL: who.email,
    GIT_COMMITTER_DATE: who.date,
  }).trim();
}

function git(at: string, args: string[], env: Record<string, string> = {}): string {
  return execFileSync('git', args, {
    cwd: at,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null', ...env },
  });
}

function succeeds(at: string, args: string[]): boolean {
  try {
    git(at, args);
    return true;
  } catch {
    return false;
  }
}
