import { Failure } from '../contract/failure.ts';
import { readResult } from '../pipeline/history.ts';
import { knownRuns } from '../runner/live-runs.ts';

/**
 * The run of this machine that tested this very image to a verified file; a tag that others take
 * from is moved only after that.
 * @param id of the image, as the engine names it
 * @throws Failure `push-not-tested`
 */
export async function testedEarlier(runsDir: string, id: string, ref: string): Promise<string> {
  let failed: string | null = null;
  for (const { dir, record, live } of await knownRuns(runsDir)) {
    const result = live ? null : await readResult(dir);
    if (result?.image?.id !== id || result.smoke.length === 0) continue;
    const file = result.smoke.find((level) => level.id === 'file');
    const passed = file !== undefined && file.status !== 'skip';
    if (passed && result.smoke.every(({ status }) => status !== 'fail')) return record.id;
    failed ??= record.id;
    break;
  }
  throw new Failure({
    code: 'push-not-tested',
    sentence: failed
      ? `Run ${failed} tested ${ref} last, and it did not pass: no tag is moved to it.`
      : `No run of this computer has tested ${ref}: no tag is moved to it.`,
    phase: 'push',
    fixes: [{ label: 'Test it', command: `steadydancer run --image ${ref} --stop-after --yes` }],
  });
}
