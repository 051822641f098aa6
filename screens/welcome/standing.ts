import type { InventoryContainer } from '../../src/machine/types.ts';
import { knownGpu } from '../../src/recipe/gpu-facts.ts';
import type { FirstSight } from '../deps.ts';
import type { WizardState } from '../wizard-state.ts';

/** How things stand when the wizard opens: what its first line offers. */
export type Standing =
  /** Inside a pod: no engine can run. */
  | { kind: 'pod'; id: string }
  /** A run goes on in the background. */
  | { kind: 'goes-on'; runId: string }
  /** The newest run did not come to its end. */
  | { kind: 'unfinished'; failed: boolean }
  /** The newest run tested a real one, which can be started or runs. */
  | { kind: 'built' }
  /** The newest run rehearsed, and passed. */
  | { kind: 'rehearsed'; nvidia: boolean }
  | { kind: 'no-gpu' }
  | { kind: 'first' };

/**
 * From what is known in the first frame, and so the same until the wizard closes: a row never moves
 * under the cursor.
 */
export function standing({ pod, nvidia, last }: FirstSight): Standing {
  if (pod !== null) return { kind: 'pod', id: pod };
  if (last?.state === 'running') return { kind: 'goes-on', runId: last.id };
  if (last?.state === 'failed' || last?.state === 'cut') {
    return { kind: 'unfinished', failed: last.state === 'failed' };
  }
  if (last?.state === 'ok') {
    return last.recipe === 'rehearsal' ? { kind: 'rehearsed', nvidia } : { kind: 'built' };
  }
  return nvidia ? { kind: 'first' } : { kind: 'no-gpu' };
}

/** Our ComfyUI container, as far as it is known. */
export type Container =
  | { state: 'unknown' }
  | { state: 'none' }
  | { state: 'stopped' }
  | { state: 'running'; url: string | null; id?: string };

/** Made to look at something, over in seconds. */
const PASSING = ['gpu-proof'];

/** The container that `start` and `open` mean: the running one, else any; never a rehearsal's. */
export function ourContainer(state: WizardState): Container {
  const { seen, complete, awake } = state;
  if (awake) return { state: 'running', url: awake };
  if (!complete) return { state: 'unknown' };
  const ours = (seen.inventory?.containers ?? []).filter((one) => !isRehearsal(one, state));
  return standsAs(ours.filter(({ role }) => !PASSING.includes(role)));
}

/** What the last rehearsal left: a stand-in for ComfyUI, which is named one wherever it shows. */
export function rehearsalContainer(state: WizardState): Container {
  if (!state.complete) return { state: 'unknown' };
  const containers = state.seen.inventory?.containers ?? [];
  return standsAs(containers.filter((one) => isRehearsal(one, state)));
}

function standsAs(containers: readonly InventoryContainer[]): Container {
  const running = containers.find(({ state }) => state === 'running');
  if (running) return { state: 'running', url: addressOf(running), id: running.id };
  return { state: containers.length > 0 ? 'stopped' : 'none' };
}

/** By the run that started it; one whose record is gone by its profile's name. */
function isRehearsal({ run, profile }: InventoryContainer, { seen }: WizardState): boolean {
  const by = seen.inventory?.runs.find(({ id }) => id === run);
  return by?.recipe === undefined ? profile === 'rehearsal' : by.recipe === 'rehearsal';
}

function addressOf({ ports }: InventoryContainer): string | null {
  const [port] = ports;
  if (!port) return null;
  const every = port.host === '0.0.0.0' || port.host === '' || port.host === '::';
  const host = every ? '127.0.0.1' : port.host;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port.hostPort}`;
}

/** The driver of today where it is another than at the last test; null where it is not, or unknown. */
export function newDriver(
  state: WizardState,
  sight: FirstSight,
): { now: string; then: string } | null {
  const { gpu } = state.seen.machine;
  const then = sight.last?.driver ?? null;
  if (gpu?.state !== 'ready' || then === null || gpu.driver === then) return null;
  return { now: gpu.driver, then };
}

/** A card's name as people say it, beside what its maker calls it. */
export function shortGpu(name: string): string {
  return knownGpu(name)?.name ?? name.replace(/^NVIDIA /, '');
}
