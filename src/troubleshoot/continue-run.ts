import { beginRun } from '../runner/begin-run.ts';
import { newRunId } from '../runner/new-run.ts';
import { type RunRequest, runRequestSchema } from '../runner/request.ts';
import { withAnswers } from './fixes/other-answers.ts';
import type { FailedRun, Retry } from './fixes/types.ts';

/**
 * What the next try is asked for: what the failed run was, with what the fix changed. Nothing is
 * skipped by name: the run looks at what is there and does what is left.
 */
export function nextRequest(
  { id, request }: Pick<FailedRun, 'id' | 'request'>,
  retry: Retry,
  runId: string,
): RunRequest {
  const attempt = (request.continues?.attempt ?? 1) + 1;
  return runRequestSchema.parse({
    ...request,
    runId,
    choices: withAnswers(request.choices, retry.choices ?? {}),
    noCache: retry.noCache ?? false,
    // Only a process under the group reaches the engine: the run starts one by itself.
    installDocker: retry.underGroup ?? false,
    continues: { runId: id, attempt },
    answers: 'person',
  });
}

/** Starts the next try of a failed run. Throws a Failure where its folder cannot be made. */
export async function continueRun(
  run: Pick<FailedRun, 'id' | 'request'>,
  retry: Retry,
  runsDir: string,
  env: NodeJS.ProcessEnv,
): Promise<{ runId: string; runDir: string; pid: number }> {
  return beginRun(runsDir, nextRequest(run, retry, newRunId(new Date())), env);
}
