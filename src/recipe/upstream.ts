import { Failure } from '../contract/failure.ts';
import type { UpdatePin } from '../contract/update.ts';
import type { Processes } from '../ports/processes.ts';
import { mirrored } from './mirrored.ts';
import { nodes } from './nodes.ts';
import { commitsOf } from './pins.ts';
import type { Stack } from './stacks.ts';

/** As docker/steps/comfyui.sh fetches it. */
const COMFYUI = 'https://github.com/Comfy-Org/ComfyUI';
const LIMIT_MS = 45_000;

/** A repository whose commit is pinned. */
interface Pinned {
  id: string;
  repository: string;
  /** Where releases are tagged, the newest one counts and not the day's state. */
  releases: boolean;
}

function pinned(): Pinned[] {
  const packs = nodes().nodes.filter(({ optional }) => !optional);
  return [
    { id: 'comfyui', repository: COMFYUI, releases: true },
    ...packs.map(({ id, repo }) => ({ id, repository: repo, releases: false })),
  ];
}

export interface LookUpstream {
  /** The row with the commits that are in force. */
  row: Stack;
  /** `mirrors.git`. */
  mirror: string | undefined;
  processes: Processes;
  env: NodeJS.ProcessEnv;
  signal: AbortSignal;
}

/**
 * What upstream has now, by `git ls-remote`: ComfyUI's newest release, the packs' newest commit.
 * A repository that does not answer is a pin that was not seen, not the end.
 * @throws Failure update-git-missing, update-upstream-unseen (none answered)
 */
export async function lookUpstream(look: LookUpstream): Promise<UpdatePin[]> {
  const pins = await Promise.all(pinned().map((one) => lookAt(one, look)));
  const [first] = pins;
  if (first && pins.every(({ state }) => state === 'unseen')) {
    throw new Failure({
      code: 'update-upstream-unseen',
      sentence: `None of the ${pins.length} repositories answers; the first is ${first.repository}.`,
      proof: first.why ?? '',
      phase: 'prepare',
      fixes: [
        {
          label: 'Name a mirror of GitHub in the profile',
          command: 'steadydancer profiles save NAME --set mirrors.git=URL',
        },
      ],
    });
  }
  return pins;
}

async function lookAt(
  { id, repository, releases }: Pinned,
  { row, mirror, processes, env, signal }: LookUpstream,
): Promise<UpdatePin> {
  const address = mirrored(repository, mirror);
  const from = commitsOf(row)[id] ?? '';
  const patterns = releases ? ['HEAD', 'refs/tags/v*'] : ['HEAD'];
  const slow = ['-c', 'http.lowSpeedLimit=1000', '-c', 'http.lowSpeedTime=20'];
  const ended = await processes.run('git', [...slow, 'ls-remote', '--', address, ...patterns], {
    timeoutMs: LIMIT_MS,
    signal,
    // Asks nobody for a password, and answers in English.
    env: { ...env, GIT_TERMINAL_PROMPT: '0', GIT_ASKPASS: '/bin/true', LC_ALL: 'C' },
  });
  signal.throwIfAborted();
  if (ended.errno === 'ENOENT') throw gitMissing();
  const pin = { id, repository: address, from };
  const newest = ended.exitCode === 0 ? newestOf(ended.stdout) : null;
  if (!newest) {
    const why = ended.timedOut
      ? `no answer within ${LIMIT_MS / 1000} s`
      : (ended.stderr.trim().split('\n').at(-1) ?? '') || 'it has no HEAD';
    return { ...pin, to: null, state: 'unseen', release: null, why };
  }
  const older =
    newest.release !== null && !isNewer(newest.release, releaseOf(from, row, ended.stdout));
  const to = older ? from : newest.commit;
  return {
    ...pin,
    to,
    state: to === from ? 'same' : 'moved',
    release: older ? null : newest.release,
  };
}

/** Release that a commit is or comes after, where that is known. */
function releaseOf(commit: string, { comfyui }: Stack, listed: string): string | null {
  const tag = releasesIn(listed).find((release) => release.commit === commit);
  if (tag) return tag.release;
  return comfyui.commit === commit ? comfyui.version : null;
}

/** The newest release of a listing, else its HEAD; null: neither is there. Pure. */
export function newestOf(listed: string): { commit: string; release: string | null } | null {
  const [newest] = releasesIn(listed).sort((a, b) => (isNewer(a.release, b.release) ? -1 : 1));
  if (newest) return newest;
  const head = /^([0-9a-f]{40})\tHEAD$/m.exec(listed)?.[1];
  return head === undefined ? null : { commit: head, release: null };
}

/** Tags `v1.2.3`; of an annotated one the commit behind it (`^{}`), not the tag's own object. */
function releasesIn(listed: string): { commit: string; release: string }[] {
  const found = new Map<string, string>();
  for (const [, commit = '', release = '', peeled] of listed.matchAll(
    /^([0-9a-f]{40})\trefs\/tags\/(v\d+(?:\.\d+)*)(\^\{\})?$/gm,
  )) {
    if (peeled || !found.has(release)) found.set(release, commit);
  }
  return [...found].map(([release, commit]) => ({ release, commit }));
}

/** `v0.22.0` is newer than `v0.21.0-3` (three commits after v0.21.0) and than what is not known. */
function isNewer(release: string, than: string | null): boolean {
  if (than === null) return true;
  const numbers = (text: string) =>
    text.replace(/^v/, '').split('-')[0]?.split('.').map(Number) ?? [];
  const [a, b] = [numbers(release), numbers(than)];
  for (let at = 0; at < Math.max(a.length, b.length); at += 1) {
    const by = (a[at] ?? 0) - (b[at] ?? 0);
    if (by !== 0) return by > 0;
  }
  return false;
}

function gitMissing(): Failure {
  return new Failure({
    code: 'update-git-missing',
    sentence: 'git is not installed here, and it is what asks upstream.',
    phase: 'prepare',
    fixes: [{ label: 'Install it', command: 'sudo apt install git' }],
  });
}
