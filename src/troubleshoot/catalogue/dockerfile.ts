import type { FailureClass } from '../types.ts';
import { fix } from './define.ts';

/** BuildKit lost a blob of its own: nothing that a COPY names. */
const lostBlob = /\bblob (?:sha256:)?\S+ (?:blob )?not found|failed to get state for index/i;

/** The Dockerfile and its context. Wordings: moby/buildkit frontend/dockerfile, the legacy builder. */
export const dockerfile: FailureClass[] = [
  {
    code: 'dockerfile-syntax',
    title: 'The Dockerfile has a syntax error',
    phase: 'validate',
    tier: 'root',
    cause:
      'A line is no instruction. On an engine without heredocs (20.10) the lines of a heredoc look like that.',
    detail: 'The word is {1}.',
    fixes: [
      fix('Check it', 'docker buildx build --check .'),
      fix('Heredocs need a newer BuildKit', 'docker version'),
    ],
    source: 'moby/buildkit frontend/dockerfile/parser',
    explains: ['build-step-failed'],
    patterns: [
      /unknown instruction: (\S+)/i,
      /[Dd]ockerfile parse error(?: on)? line \d+/,
      /(?:requires|require) (?:at least|exactly) (?:one|two|\d+) arguments?/,
      /unterminated heredoc|no build stage in current context|file with no instructions|the Dockerfile \([^)]*\) cannot be empty/i,
      /Syntax error - can't find = in/i,
      /(?:unknown|Unknown) flag: --?(\w+)/,
      /circular dependency detected on stage/i,
    ],
  },
  {
    code: 'dockerfile-missing',
    title: 'There is no Dockerfile at this place',
    phase: 'validate',
    tier: 'root',
    cause: 'The path is wrong, or the file has another name.',
    fixes: [fix('Name it', 'docker build -f PATH .')],
    source: 'docker/cli build; moby/buildkit; compose',
    explains: ['build-context-missing'],
    patterns: [
      /failed to read dockerfile/i,
      /resolve : lstat \S+: no such file/i,
      /unable to evaluate symlinks in Dockerfile path/i,
      /Cannot locate (?:specified )?Dockerfile/i,
      /open \S*Dockerfile\S*: no such file or directory/,
      /no (?:Containerfile or )?Dockerfile (?:specified|found)/i,
    ],
  },
  {
    code: 'build-context-file-missing',
    title: 'COPY names a file that is not in the build context',
    phase: 'validate',
    tier: 'root',
    cause: 'The path is wrong, lies outside the context, or .dockerignore leaves it out.',
    detail: 'The file is {1}.',
    fixes: [
      fix('Paths count from the context, not from the Dockerfile'),
      fix('Look at .dockerignore'),
    ],
    source: 'moby/buildkit solver/llbsolver; moby builder/dockerfile/copy.go',
    explains: ['base-image-missing', 'build-cache-corrupt'],
    patterns: [
      {
        line: /failed to c(?:ompute|alculate) (?:cache key|checksum of ref \S+):.*?"?([^\s":]+)"?: not found/i,
        unless: lostBlob,
      },
      { line: /failed to calculate checksum of ref .*not found/i, unless: lostBlob },
      /failed to walk \S+: lstat (\S+): no such file/i,
      /(?:COPY|ADD) failed: .*?(?:stat |lstat )?(\S+?):? (?:no such file|file does not exist|not found)/i,
      /COPY failed: (?:file not found in build context|no source files)/i,
      /(?:COPY|ADD) failed: forbidden path outside the build context/i,
      /copier: stat: "([^"]+)": no such file/,
    ],
  },
  {
    code: 'dockerfile-stage-missing',
    title: 'The Dockerfile has no such stage',
    phase: 'validate',
    tier: 'root',
    cause: '--target or COPY --from names a stage that is not there.',
    detail: 'It is {1}.',
    fixes: [fix('List the stages', 'grep -i ^FROM Dockerfile')],
    source: 'moby/buildkit frontend/dockerfile/dockerfile2llb',
    explains: ['registry-auth', 'base-image-missing'],
    patterns: [
      /target stage "?([^"]+?)"? could not be found/i,
      /failed to reach build target (\S+) in Dockerfile/i,
      /invalid from flag value (\S+?):/i,
    ],
  },
  {
    code: 'dockerfile-base-invalid',
    title: 'FROM does not name an image',
    phase: 'validate',
    tier: 'root',
    cause:
      'A build argument in FROM is empty or set wrongly, or the name has capitals or other characters.',
    fixes: [
      fix('Give the ARG a default before FROM'),
      fix('Or pass it', 'docker build --build-arg NAME=VALUE .'),
    ],
    source: 'distribution/reference; dockerfile2llb',
    patterns: [
      /base name \([^)]*\) should not be blank/i,
      /invalid reference format/i,
      /failed to parse stage name/i,
      /empty (?:base|stage) name|repository name must be lowercase/i,
    ],
  },
  {
    code: 'dockerfile-frontend',
    title: "The Dockerfile's syntax image could not be fetched",
    phase: 'validate',
    tier: 'effect',
    cause: 'The line "# syntax=docker/dockerfile" makes every build ask Docker Hub.',
    fixes: [
      fix('Remove the "# syntax" line'),
      fix('Or pull it once', 'docker pull docker/dockerfile:1'),
    ],
    source: 'moby/buildkit frontend/gateway',
    explains: ['base-image-missing'],
    patterns: [
      /(?:failed to (?:solve|resolve|do request|fetch)|ERROR).*docker(?:\.io)?\/(?:library\/)?docker(?:file|\/dockerfile)/i,
      /resolve image config for docker(?:-image:\/\/)?\S*docker\/dockerfile.*(?:ERROR|failed)/i,
    ],
  },
  {
    code: 'build-context-missing',
    title: 'The build context is not there',
    phase: 'validate',
    tier: 'root',
    cause: 'The folder that docker build was given does not exist.',
    fixes: [fix('Give the folder', 'docker build PATH')],
    source: 'docker/cli build',
    patterns: [
      /unable to prepare context: path "?[^"]*"? not found/i,
      /"docker (?:buildx )?build" requires (?:exactly )?1 argument/i,
      /failed to read context|unable to prepare context/i,
    ],
  },
  {
    code: 'build-context-unreadable',
    title: 'Files in the build context may not be read',
    phase: 'validate',
    tier: 'root',
    cause: 'Docker packs the whole folder, and some of it belongs to somebody else.',
    detail: 'The first is {1}.',
    fixes: [fix('Name it in .dockerignore'), fix('Or take it', 'sudo chown -R "$USER" PATH')],
    source: 'docker/cli build/context.go; fsutil',
    explains: ['files-not-writable', 'build-context-missing'],
    patterns: [
      /no permission to read from '([^']+)'/i,
      /error from sender: .*?(\S+): permission denied/i,
      /(?:checking context|error checking context): .*(?:can't stat|permission)/i,
      /failed to (?:walk|xattr|read)\S* (\S+): (?:\S+ )*permission denied/i,
    ],
  },
  {
    code: 'build-secret-missing',
    title: 'The build was not given a secret that it needs',
    phase: 'validate',
    tier: 'root',
    cause: 'A RUN --mount=type=secret or ssh has nothing to mount.',
    fixes: [fix('Pass it', 'docker build --secret id=NAME,env=VARIABLE .')],
    source: 'moby/buildkit session/secrets, sshforward',
    patterns: [
      /secret \S+ not found|secret \S+: not found|failed to (?:stat|read) secret|could not find secret|secret not found/i,
      /invalid empty ssh agent socket|unset ssh forward key/i,
    ],
  },
  {
    code: 'command-missing',
    title: 'A program that a step calls is not there',
    phase: 'dependencies',
    tier: 'specific',
    cause: 'The image has no such program, or it is not in the PATH.',
    detail: 'The program is {1}.',
    fixes: [fix('Install it in an earlier step')],
    source: 'dash, bash, busybox ash: exit status 127',
    patterns: [
      {
        line: /(?:\/bin\/)?(?:ba|da|z)?sh: (?:line )?(?:\d+: )?'?([\w./+-]+)'?: (?:command )?not found/,
        confidence: 0.85,
      },
      {
        line: /^(?:\S+: line \d+: )([\w./+-]+): (?:command not found|No such file or directory)/,
        confidence: 0.85,
      },
      {
        line: /(?:did not complete successfully|executor failed running|non-zero code|exited with code).*\b127\b/,
        confidence: 0.6,
      },
      { line: /(?:command not found: |: command not found\b)/, confidence: 0.6 },
      { line: /No such file or directory: '([\w-]+)'$/, confidence: 0.6 },
    ],
  },
];
