import { Failure } from '../contract/failure.ts';

/** The key for Runpod, from the environment alone: never in an argv, a profile or a file of ours. */
export function podsKey({ env }: { env: NodeJS.ProcessEnv }): string {
  const key = env.RUNPOD_API_KEY?.trim();
  if (key) return key;
  throw new Failure({
    code: 'runpod-key-missing',
    sentence: 'Runpod is asked with a key of yours, and RUNPOD_API_KEY is not set.',
    phase: 'deploy',
    fixes: [
      { label: 'Make one with write access at https://www.runpod.io/console/user/settings' },
      { label: 'Set it', command: 'export RUNPOD_API_KEY=...' },
    ],
  });
}
