import { Failure } from '../contract/failure.ts';

/** What of a server decides which program can run there. */
export interface Survey {
  architecture: 'x64' | 'arm64';
  /** Folder for programs that can be had again (XDG Base Directory Specification 0.8). */
  cache: string;
  /** On the filesystem of `cache`; null where df did not tell. */
  freeBytes: number | null;
  /** The newest Node there that runs us; null where there is none. */
  node: { path: string; version: string } | null;
  /** Of glibc; null where it is another C library. */
  glibc: string | null;
  /** What the C library said of itself. */
  libc: string;
}

/** Before it a shell's start files may have written what they like. */
const BEGIN = 'steadydancer-survey';

/**
 * Asks a POSIX shell. A shell that nobody logged in to does not read what nvm, volta and fnm put
 * into a person's start files, so their folders are looked into.
 */
export const surveyScript = `
echo ${BEGIN}
echo "system=$(uname -s)"
echo "machine=$(uname -m)"
c="\${XDG_CACHE_HOME:-$HOME/.cache}"
case "$c" in /*) ;; *) c="$HOME/.cache" ;; esac
echo "cache=$c"
d="$c"
while [ ! -d "$d" ] && [ "$d" != / ]; do d=$(dirname "$d"); done
echo "free=$(df -Pk "$d" 2>/dev/null | tail -n 1)"
echo "libc=$(getconf GNU_LIBC_VERSION 2>/dev/null || ldd --version 2>&1 | head -n 1)"
for n in node /usr/local/bin/node "$HOME"/.nvm/versions/node/*/bin/node "$HOME"/.volta/bin/node \\
  "$HOME"/.local/share/fnm/node-versions/*/installation/bin/node "$HOME"/.local/bin/node; do
  p=$(command -v "$n" 2>/dev/null) && echo "node=$p $("$p" --version 2>/dev/null)"
done
exit 0
`;

/** Node's own demand of Linux (nodejs/node BUILDING.md, v22 and v24: glibc >= 2.28). */
export const OLDEST_GLIBC = '2.28';
const OLDEST_NODE = '22.19.0';

/**
 * @param host for sentences
 * @throws Failure server-no-shell, server-not-linux, server-architecture
 */
export function readSurvey(host: string, stdout: string): Survey {
  const [, told] = stdout.split(`${BEGIN}\n`);
  if (told === undefined) {
    throw new Failure({
      code: 'server-no-shell',
      sentence: `${host} lets you in, but runs no command for you.`,
      proof: stdout.trim().split('\n').at(-1) || 'sh gave no answer',
      fixes: [{ label: 'See what it does', command: `ssh ${host} uname -sm` }],
    });
  }
  const lines = told.split('\n').map((line) => line.split(/=(.*)/s));
  const all = (key: string) => lines.flatMap(([k, value]) => (k === key ? [value ?? ''] : []));
  const first = (key: string) => all(key)[0] ?? '';
  const proof = `${first('system')} ${first('machine')}`;
  if (first('system') !== 'Linux') {
    throw new Failure({
      code: 'server-not-linux',
      sentence: `${host} is no Linux machine; SteadyDancer runs on Linux with an NVIDIA GPU.`,
      proof,
    });
  }
  const architecture = { x86_64: 'x64', aarch64: 'arm64' }[first('machine')];
  if (architecture !== 'x64' && architecture !== 'arm64') {
    throw new Failure({
      code: 'server-architecture',
      sentence: `${host} has a processor for which there is no SteadyDancer: x86_64 and aarch64 have one.`,
      proof,
    });
  }
  return {
    architecture,
    cache: first('cache'),
    freeBytes: freeOf(first('free')),
    node: newestNode(all('node')),
    glibc: /^glibc (\d+\.\d+)/.exec(first('libc'))?.[1] ?? null,
    libc: first('libc'),
  };
}

/** The fourth column of `df -P` (POSIX), in KiB. */
function freeOf(line: string): number | null {
  const kib = Number(/^\S.*?\s\d+\s+\d+\s+(\d+)\s+\d+%/.exec(line)?.[1] ?? Number.NaN);
  return Number.isFinite(kib) ? kib * 1024 : null;
}

function newestNode(lines: readonly string[]): Survey['node'] {
  const found = lines.flatMap((line) => {
    const [, path, version] = /^(.+) v(\d+\.\d+\.\d+)$/.exec(line) ?? [];
    return path && version ? [{ path, version }] : [];
  });
  const fit = found.filter(({ version }) => !olderThan(version, OLDEST_NODE));
  return fit.sort((a, b) => (olderThan(a.version, b.version) ? 1 : -1))[0] ?? null;
}

/** Compares dotted numbers. */
export function olderThan(version: string, other: string): boolean {
  const [a, b] = [version, other].map((text) => text.split('.').map(Number));
  for (let at = 0; at < 3; at++) {
    const difference = (a?.[at] ?? 0) - (b?.[at] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}
