import type { FailureClass } from '../types.ts';
import { fix } from './define.ts';

/** What is said when nothing more exact is known. */
export const generic: FailureClass[] = [
  {
    code: 'python-exception',
    title: 'A Python program ended with an error that is not in the catalogue',
    phase: null,
    tier: 'generic',
    cause: 'The last line of its traceback says which.',
    detail: 'It was {1}.',
    fixes: [fix('Read the log around it', 'steadydancer logs')],
    source: 'CPython',
    patterns: [
      {
        line: /^((?:[A-Za-z_]\w*\.)*[A-Z]\w*(?:Error|Exception|Failure|Exit|NotFound|Timeout)\b)(?::|$)/,
        near: /Traceback \(most recent call last\)/,
        confidence: 0.6,
        soft: true,
      },
    ],
  },
  {
    code: 'build-step-failed',
    title: 'A build step ended with an error',
    phase: 'image',
    tier: 'generic',
    cause: 'No rule of the catalogue fits what the step printed.',
    detail: 'Its exit code was {1}.',
    fixes: [
      fix('Run the step again with all its output', 'docker build --progress=plain .'),
      fix('Read the log around it', 'steadydancer logs'),
    ],
    source: 'moby/buildkit, the legacy builder, buildah',
    patterns: [
      { line: /did not complete successfully: exit code: (\d+)/, confidence: 0.55 },
      { line: /executor failed running.*exit code: (\d+)/, confidence: 0.55 },
      { line: /returned a non-zero code: (\d+)/, confidence: 0.55 },
      { line: /building at STEP.*while running runtime: exit status (\d+)/, confidence: 0.55 },
      { line: /failed to solve: (?!process |executor )/, confidence: 0.5 },
    ],
  },
  {
    code: 'engine-error',
    title: 'The Docker engine refused',
    phase: null,
    tier: 'generic',
    cause: 'No rule of the catalogue fits its answer.',
    detail: 'It said: {1}',
    fixes: [fix("Read the engine's log", 'journalctl -u docker --since "10 min ago"')],
    source: 'docker/cli',
    patterns: [{ line: /Error response from daemon: (.+)/, confidence: 0.6 }],
  },
  {
    code: 'unknown-failure',
    title: 'Something failed that is not in the catalogue',
    phase: null,
    tier: 'generic',
    cause: 'No rule of the catalogue fits.',
    fixes: [fix('Read the log around it', 'steadydancer logs')],
    source: 'exit statuses as shells, CI runners and build tools print them',
    patterns: [
      { line: /Process completed with exit code [1-9]/, confidence: 0.4 },
      { line: /returned non-zero exit status [1-9]/, confidence: 0.45, soft: true },
      { line: /^npm (?:ERR!|error) (?:code|errno)/, confidence: 0.4 },
      {
        line: /\bexit(?:ed)? (?:with )?(?:code|status):? [1-9]\d*\b/i,
        confidence: 0.35,
        soft: true,
      },
      { line: /^(?:FATAL|fatal|panic)(?: error)?: /, confidence: 0.4, unless: /^fatal: / },
      {
        // A missing pathspec has a class of its own, which knows when another name was taken.
        line: /^(?:E: |ERROR: |Error: |error: )(?!.*ignored|pathspec ')/,
        confidence: 0.35,
        soft: true,
      },
      { line: /^Traceback \(most recent call last\)/, confidence: 0.3, soft: true },
      { line: /\[(?:FATAL|CRITICAL)\]|\bCRITICAL\b:/, confidence: 0.3, soft: true },
    ],
  },
];
