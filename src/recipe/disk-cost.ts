import type { DiskPlace } from '../contract/ids.ts';
import type { PlannedDisk } from '../contract/plan.ts';
import type { Machine } from '../machine/types.ts';

export const GB = 1e9;

/** Bytes that a plan adds to one place: at the worst moment, and at the end. */
export interface PlaceCost {
  place: DiskPlace;
  peakBytes: number;
  finalBytes: number;
}

/** The costs beside what is free, place by place, as `plan --json` shows them. */
export function plannedDisk(costs: PlaceCost[], machine: Machine): PlannedDisk[] {
  return costs.map((cost) => {
    const fact = machine.disk.find((disk) => disk.place === cost.place);
    return {
      place: cost.place,
      ...(fact ? { path: fact.path } : {}),
      freeBytes: fact?.freeBytes ?? null,
      peakBytes: Math.round(cost.peakBytes),
      finalBytes: Math.round(cost.finalBytes),
    };
  });
}
