import { type ExitCode, exitCodes } from '../contract/exit-codes.ts';

/** What is known of a build that failed, in the words of the engine. */
export interface BuildError {
  /** The error of the whole build, one line or several, sanitised. */
  message: string;
  /** Name of the step that failed, without BuildKit's digest; null when none did. */
  step: string | null;
  /** The last lines that the step printed. */
  lastLines: string[];
}

export interface FailureRule {
  code: string;
  /** Looked for in the error, and in the step's last lines where `alsoInLog` is set. */
  pattern: RegExp;
  alsoInLog?: boolean;
  /** Only when the failing step's name matches. */
  step?: RegExp;
  exitCode?: ExitCode;
  sentence(match: RegExpExecArray, error: BuildError): string;
}

const image = (error: BuildError): string =>
  /load metadata for (\S+)/.exec(error.step ?? '')?.[1] ??
  /"?([\w.-]+(?::\d+)?\/[\w./-]+(?:[:@][\w.:-]+)?)"?/.exec(error.message)?.[1] ??
  'the base image';

/**
 * Failures of a build by what the engine says, the most specific first. Each pattern is a text of
 * moby, BuildKit, containerd or distribution; where a recording exists it is named.
 */
export const failureRules: readonly FailureRule[] = [
  {
    code: 'disk-full-export',
    pattern: /no space left on device|disk quota exceeded/i,
    step: /^exporting/,
    exitCode: exitCodes.disk,
    sentence: () => "The engine's disk is full: Docker could not write the finished image.",
  },
  {
    code: 'disk-full-build',
    pattern: /no space left on device|disk quota exceeded|\bENOSPC\b/i,
    alsoInLog: true,
    exitCode: exitCodes.disk,
    sentence: (_match, { step }) =>
      `The engine's disk is full: ${step ? `step ${step}` : 'the build'} had no room to write.`,
  },
  {
    // fixtures: rawjson-badsyntax-*, engine-api-v2-badsyntax (20.10: "error line N"; later "error on line N").
    code: 'dockerfile-syntax',
    pattern: /dockerfile parse error(?: on)? line (\d+): (.+)/i,
    sentence: (match) => `The Dockerfile is wrong in line ${match[1]}: ${match[2]}.`,
  },
  {
    code: 'dockerfile-syntax',
    pattern:
      /(the Dockerfile \([^)]*\) cannot be empty|no build stage in current context|unknown flag: \S+|target stage "?\S+"? could not be found|file with no instructions)/i,
    sentence: (match) => `The Dockerfile cannot be built: ${match[1]}.`,
  },
  {
    // The client's words for an engine that is away, which may hold a "dial tcp" of its own.
    code: 'build-engine-lost',
    pattern: /cannot connect to the docker daemon|error during connect/i,
    step: /^$/,
    sentence: () => 'The connection to the Docker engine was lost during the build.',
  },
  {
    code: 'registry-rate-limit',
    pattern: /toomanyrequests|429 Too Many Requests/i,
    sentence: (_match, error) => `The registry gives no more downloads for now (${image(error)}).`,
  },
  {
    code: 'registry-auth',
    pattern:
      /no active sessions?\b|pull access denied|authentication required|insufficient_scope|401 Unauthorized|403 Forbidden|denied: requested access|no basic auth credentials|failed to (?:authorize|fetch (?:anonymous|oauth) token)/i,
    step: /load metadata for|\] FROM |^$/,
    sentence: (_match, error) => `The registry does not give ${image(error)} without a login.`,
  },
  {
    // fixtures: rawjson-nofrom-* (without network the registry cannot be asked).
    code: 'registry-unreachable',
    pattern:
      /(dial tcp[^\n]*|no such host|i\/o timeout|TLS handshake timeout|network is unreachable|connection refused|proxyconnect[^\n]*)/i,
    step: /load metadata for|\] FROM |^$/,
    sentence: (_match, error) => `The registry of ${image(error)} does not answer.`,
  },
  {
    code: 'base-image-missing',
    pattern: /manifest unknown|manifest for \S+ not found|repository does not exist|not found/i,
    step: /load metadata for|\] FROM |^$/,
    sentence: (_match, error) => `The registry has no image ${image(error)}.`,
  },
  {
    code: 'base-image-platform',
    pattern: /no match for platform(?: in manifest)?|does not match the specified platform/i,
    sentence: (_match, error) => `${image(error)} does not exist for this platform.`,
  },
  {
    // 20.10: failed to calculate checksum … "/x" not found; later: failed to compute cache key … "/x": not found.
    code: 'build-context-file-missing',
    pattern:
      /(?:failed to (?:calculate checksum|compute cache key|walk)[^\n]*?"([^"]+)":? not found|lstat (\S+): no such file or directory)/i,
    step: /\b(?:COPY|ADD)\b/,
    sentence: (match) =>
      `The build context has no ${match[1] ?? match[2]}, which the Dockerfile copies.`,
  },
  {
    code: 'build-out-of-memory',
    pattern: /exit code: 137\b|signal: killed|cannot allocate memory/i,
    sentence: (_match, { step }) =>
      `Step ${step ?? 'of the build'} was killed (exit code 137), most often for want of memory.`,
  },
  {
    code: 'build-step-failed',
    pattern: /exit code: (\d+)/i,
    sentence: (match, { step, lastLines }) =>
      ownSentence(lastLines) ?? `Step ${step ?? 'of the build'} ended with exit code ${match[1]}.`,
  },
  {
    code: 'build-engine-lost',
    pattern:
      /error reading from server|unexpected EOF|ECONNRESET|ECONNREFUSED|EPIPE|socket hang up|code = Unavailable|connection reset by peer|server closed the stream|use of closed network connection/i,
    sentence: () => 'The connection to the Docker engine was lost during the build.',
  },
];

/** Our own Dockerfile's steps end with a sentence about what is wrong (docker/steps/fetch.sh). */
function ownSentence(lastLines: readonly string[]): string | undefined {
  const line = lastLines.findLast((text) => text.startsWith('steadydancer: '));
  return line?.slice('steadydancer: '.length);
}

/** All codes that a build can throw, for the registry of diagnoses. */
export const buildFailureCodes: readonly string[] = [
  ...new Set([
    ...failureRules.map((rule) => rule.code),
    'build-context-missing',
    'build-dockerfile-missing',
    'build-failed',
    'build-buildx-missing',
  ]),
];
