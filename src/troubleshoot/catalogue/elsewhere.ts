import type { FailureClass } from '../types.ts';
import { fix } from './define.ts';

/** Runpod, CI runners and time limits. */
export const elsewhere: FailureClass[] = [
  {
    code: 'runpod-no-capacity',
    title: 'Runpod has no such GPU free',
    phase: 'deploy',
    tier: 'root',
    cause: 'The wanted GPU, place and disk are not free together.',
    fixes: [fix('Another GPU or data center'), fix('A smaller disk')],
    source: 'llm-autoeval#3; dstack#1740; runpod-python#297; facts runpod 7',
    patterns: [
      /no longer any instances available/i,
      /There are no (?:resources to deploy|instances)/i,
      /instances available with (?:enough disk|the request)/i,
    ],
  },
  {
    code: 'runpod-balance',
    title: 'The Runpod account has no money left',
    phase: 'deploy',
    tier: 'root',
    cause: 'Runpod asks for an hour of credit before it starts a pod.',
    fixes: [fix('Add credit at https://www.runpod.io/console/user/billing')],
    source: 'facts runpod 1, 5',
    patterns: [
      /insufficient (?:balance|funds|credit)/i,
      /402 Payment Required|\(status 402\)|spend limit/i,
    ],
  },
  {
    code: 'runpod-unauthorized',
    title: 'Runpod does not accept the key',
    phase: 'deploy',
    tier: 'root',
    cause: 'RUNPOD_API_KEY is missing, wrong, or may only read.',
    fixes: [
      fix('Make one at https://www.runpod.io/console/user/settings'),
      fix('Set it', 'export RUNPOD_API_KEY=...'),
    ],
    source: 'facts runpod 1, 7',
    patterns: [
      /missing bearer token/i,
      /api key not configured/i,
      { line: /(?:Unauthorized|access denied|status 40[13])/i, near: /runpod/i, confidence: 0.8 },
    ],
  },
  {
    code: 'runpod-api-gone',
    title: 'The Runpod interface that a tool uses was switched off',
    phase: 'deploy',
    tier: 'root',
    cause: 'rest.runpod.io/v1 answers 410 since 2026-11-15.',
    fixes: [fix('Update the tool')],
    source: 'dstack#4167; skypilot PR#10846; facts runpod 0',
    patterns: [{ line: /410 Gone|\(status 410\)|status(?: code)?:? 410\b/i, near: /runpod/i }],
  },
  {
    code: 'runpod-proxy',
    title: "Runpod's proxy gets no answer from the pod",
    phase: 'deploy',
    tier: 'specific',
    cause:
      '502: nothing listens yet or ComfyUI listens on 127.0.0.1 only; 524: no answer in 100 s.',
    fixes: [
      fix("Wait for the models; read the pod's log"),
      fix('ComfyUI must listen on all addresses', 'python main.py --listen 0.0.0.0'),
    ],
    source: 'Runpod expose-ports, troubleshooting-502-errors; facts runpod 5',
    patterns: [
      { line: /\b(?:502|524)\b/, near: /proxy\.runpod\.net/i, unless: /^#?\d+$/, confidence: 0.8 },
      /Error 524|524: A timeout occurred/i,
    ],
  },
  {
    code: 'build-timed-out',
    title: 'The time limit was reached',
    phase: 'dependencies',
    tier: 'specific',
    cause: 'The work took longer than it was given.',
    fixes: [
      fix('Give it more', 'steadydancer run --set timeoutMinutes=120', 'more-time'),
      fix('Run again: finished steps are kept', 'steadydancer run', 'retry'),
    ],
    source: 'GitHub Actions runner; coreutils timeout (124); Go context',
    patterns: [
      /exceeded the maximum execution time/i,
      /(?:exit code:?|code|status) 124\b/i,
      { line: /context deadline exceeded/i, confidence: 0.6 },
      /Job (?:timed out|execution took too long)|build timed out|deadline exceeded: timeout/i,
      /TimeoutExpired|timed out after \d+ ?(?:s|seconds|m|minutes)/i,
    ],
  },
  {
    code: 'ci-runner-lost',
    title: 'The CI machine went away',
    phase: null,
    tier: 'specific',
    cause: 'The runner was shut down or lost its connection, often for lack of memory or disk.',
    fixes: [
      fix('Run the job again'),
      fix('Use a larger runner: this build needs about 40 GB of disk'),
    ],
    source: 'GitHub Actions runner',
    patterns: [/runner has received a shutdown signal/i, /lost communication with the server/i],
  },
  {
    code: 'run-canceled',
    title: 'Somebody stopped it',
    phase: null,
    tier: 'effect',
    cause: 'The build or job was canceled; nothing is broken.',
    fixes: [fix('Run again: finished steps are kept', 'steadydancer run', 'retry')],
    source: 'moby/buildkit; GitHub Actions runner',
    patterns: [
      /##\[error\]The operation was canceled|The operation was canceled\./,
      /(?:failed to solve|ERROR): (?:.*: )?(?:context canceled|Canceled)/i,
      /^(?:ERROR: )?Operation cancelled by user|KeyboardInterrupt\b|^Aborted by user/,
    ],
  },
  {
    code: 'wsl-virtualization',
    title: 'WSL 2 cannot start',
    phase: 'prepare',
    tier: 'root',
    cause: 'Virtualization is off in the firmware or in Windows, or WSL is old.',
    fixes: [
      fix('Update WSL, in Windows', 'wsl --update'),
      fix('Switch virtualization on in the BIOS'),
    ],
    source: 'Microsoft WSL troubleshooting',
    patterns: [
      /0x80370102|WSL 2 requires an update to its kernel|virtual machine platform.*(?:enable|not)/i,
      /Wsl\/Service\/\S*(?:HCS|CreateInstance)\S*/,
    ],
  },
];
