import type { PlannedPin, PlanWarning } from '../contract/plan.ts';
import type { Pins } from '../contract/update.ts';
import type { Stack } from './stacks.ts';

/** The commits of a row by pin: `comfyui` and the node packs. */
export function commitsOf(row: Stack): Record<string, string> {
  return { comfyui: row.comfyui.commit, ...row.nodes };
}

/** A row with the commits that `update` proved, and what is to be said about it. */
export interface PinnedRow {
  row: Stack;
  /** Pins that differ from what is shipped. */
  pins: PlannedPin[];
  warnings: PlanWarning[];
}

/**
 * Lays proved pins over a row. Pins of another row, or made over other shipped commits than this
 * version's, are not used, and that is said: what is shipped now is newer than what they replaced.
 */
export function withPins(row: Stack, pins: Pins | null): PinnedRow {
  const none = { row, pins: [], warnings: [] };
  if (pins === null) return none;
  if (pins.stack !== row.id) {
    const text = `The updated pins were tested with the stack ${pins.stack}; ${row.id} is built as shipped.`;
    return { ...none, warnings: [{ code: 'pins-other-stack', text }] };
  }
  const shipped = commitsOf(row);
  const same = Object.entries(shipped).every(([id, commit]) => pins.over[id] === commit);
  if (!same) {
    const text =
      'This version ships other pins than those that were updated: it is built as shipped; `steadydancer update` looks again.';
    return { ...none, warnings: [{ code: 'pins-superseded', text }] };
  }
  const moved = Object.entries(shipped).flatMap(([id, from]) => {
    const commit = pins.commits[id];
    return commit === undefined || commit === from ? [] : [{ id, shipped: from, commit }];
  });
  const to = (id: string, from: string) => pins.commits[id] ?? from;
  const comfyui = to('comfyui', row.comfyui.commit);
  const nodes = Object.entries(row.nodes).map(([id, commit]) => [id, to(id, commit)]);
  return {
    row: {
      ...row,
      comfyui: comfyui === row.comfyui.commit ? row.comfyui : { version: null, commit: comfyui },
      nodes: Object.fromEntries(nodes) as Stack['nodes'],
    },
    pins: moved,
    warnings: [],
  };
}
