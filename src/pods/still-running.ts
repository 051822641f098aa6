import type { PodStatus } from '../contract/deploy.ts';

/** What still costs, in words: never left out where a deployment ends. */
export function stillRunning(running: readonly PodStatus[], why: string | null): string {
  if (running.length === 0) return 'No pod of this runs any more.';
  return running
    .map(
      ({ id, name, costPerHour }) =>
        `Pod ${id ?? name} still runs and costs ${costPerHour ?? 'an unknown sum'} $/h${why ? ` (${why})` : ''}; to end it: steadydancer stop`,
    )
    .join(' ');
}
