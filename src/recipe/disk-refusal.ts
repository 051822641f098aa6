import type { ResolvedChoices } from '../contract/choices.ts';
import type { Fix } from '../contract/diagnosis.ts';
import { exitCodes } from '../contract/exit-codes.ts';
import { Failure } from '../contract/failure.ts';
import { type DiskLayout, gb } from './disk-plan.ts';

/** A change of choices that may make a plan fit; `set` is what `--set` takes. */
export interface Change {
  label: string;
  choices: Partial<ResolvedChoices>;
  set: string;
}

/** Smaller ones of what was chosen, the least loss first. */
export function smallerChoices(choices: ResolvedChoices): Change[] {
  const changes: Change[] = [];
  const add = (label: string, change: Partial<ResolvedChoices>) => {
    const [key, value] = Object.entries(change)[0] ?? [];
    changes.push({ label, choices: change, set: `${key}=${String(value)}` });
  };
  if (choices.pose === 'openmmlab') add('Leave OpenMMLab out', { pose: 'onnx' });
  if (choices.textEncoder === 'bf16') add('Text encoder fp8', { textEncoder: 'fp8' });
  if (choices.placement === 'baked')
    add('Models in a folder, not in the image', { placement: 'folder' });
  if (choices.placement === 'folder')
    add("Models in a volume, in Docker's disk", { placement: 'volume' });
  if (choices.placement === 'volume') add('Models in a folder', { placement: 'folder' });
  if (choices.variant === 'fp16') add('Weights fp8', { variant: 'fp8' });
  if (choices.variant !== 'gguf-q4_k_m') {
    add('Weights gguf-q4_k_m (not yet seen running)', { variant: 'gguf-q4_k_m' });
  }
  return changes;
}

/** Why it does not fit, with the numbers and the changes that make it fit. */
export function diskRefusal(
  layout: DiskLayout,
  reserveBytes: number,
  /** The layout with a change made; only those that fit are offered. */
  changed: { change: Change; layout: DiskLayout }[],
  modelBytes: number,
): Failure | null {
  const { short } = layout;
  if (!short) return null;
  const fixes: Fix[] = changed
    .filter(({ layout: other }) => other.short === null)
    .map(({ change, layout: other }) => {
      const now = other.filesystems.find(({ path }) => path === short.path)?.peakBytes ?? 0;
      return { label: `${change.label}: ${gb(short.peakBytes - now)} less (--set ${change.set})` };
    });
  if (
    modelBytes >= short.bytes &&
    layout.filesystems.some(({ path, places }) => path === short.path && places.includes('models'))
  ) {
    fixes.push({
      label: `Models on another disk: ${gb(modelBytes)} less (--set modelsDir=FOLDER)`,
    });
  }
  fixes.push({ label: `Make ${gb(short.bytes)} free on the disk of ${short.path}` });
  return new Failure({
    code: 'disk-too-small',
    sentence: `Does not fit: ${gb(short.bytes)} short on the disk of ${short.path}.`,
    proof: `${gb(short.freeBytes)} free, ${gb(short.peakBytes)} needed at the most, ${gb(reserveBytes)} kept free`,
    cause: `The plan writes ${gb(short.peakBytes)} to the disk of ${short.path}, which has ${gb(short.freeBytes)} free; ${gb(reserveBytes)} stay free.`,
    fixes,
    phase: 'prepare',
    exitCode: exitCodes.disk,
  });
}
