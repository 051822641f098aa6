import { Failure } from '../contract/failure.ts';
import { makeRunFolder } from './new-run.ts';
import type { RunRequest } from './request.ts';
import { processStartedAt, writeRunRecord } from './run-record.ts';
import { spawnRun } from './spawn-run.ts';

/**
 * Makes the run's folder and starts its process. Its record is there when this returns, so that
 * `attach` and `status` find this run and not the one before.
 * @throws Failure `state-not-writable` when the folder cannot be made
 */
export async function beginRun(
  runsDir: string,
  request: RunRequest,
  env: NodeJS.ProcessEnv,
  /** Of the GPU, where it was seen already. */
  driver: string | null = null,
): Promise<{ runId: string; runDir: string; pid: number }> {
  const runDir = await makeRunFolder(runsDir, request).catch((error) => {
    throw new Failure(
      {
        code: 'state-not-writable',
        sentence: `The run's folder cannot be made: ${error.message}`,
        proof: error.message,
        fixes: [
          { label: 'Name another place', command: 'export STEADYDANCER_HOME=~/steadydancer/own' },
        ],
      },
      { cause: error },
    );
  });
  const { pid } = spawnRun(runDir, env);
  const { runId, profile, choices } = request;
  await writeRunRecord(runDir, {
    id: runId,
    pid,
    pidStartedAt: processStartedAt(pid),
    startedAt: new Date().toISOString(),
    profile,
    recipe: choices.recipe ?? 'steadydancer',
    planDigest: null,
    choices,
    ...(driver === null ? {} : { driver }),
  });
  return { runId, runDir, pid };
}
