import { useEffect, useState } from 'react';
import type { RunDeps } from '../deps.ts';
import { noBackground, type RunBackground } from './background.ts';

/**
 * What is known of a run beside its events. Read again once it was `planned`: the plan is written
 * then.
 */
export function useBackground(
  deps: Pick<RunDeps, 'background'>,
  runId: string,
  planned: boolean,
): RunBackground {
  const [background, setBackground] = useState(noBackground);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `planned` says when to read again
  useEffect(() => {
    let wanted = true;
    void deps
      .background?.(runId)
      .then((read) => {
        if (wanted) setBackground(read);
      })
      // Figures beside the run: without them it is shown as it is.
      .catch(() => {});
    return () => {
      wanted = false;
    };
  }, [deps, runId, planned]);
  return background;
}
