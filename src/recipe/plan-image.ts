import type { ResolvedChoices } from '../contract/choices.ts';
import type { Failure } from '../contract/failure.ts';
import { shellWord } from '../text/shell-word.ts';
import { imageIdentity } from './image-source.ts';
import { type DigestInput, imageRef, planDigest } from './plan-digest.ts';
import type { PlanInput } from './types.ts';

/** Digest of a plan, name of its image, and whether that is there. */
export interface PlannedImage {
  digest: string;
  ref: string;
  /** Nothing has to be built. */
  ready: boolean;
}

/** The image that a plan is about: built, named, or out of a file under a name of ours. */
export function plannedImage(
  input: PlanInput,
  choices: ResolvedChoices,
  parts: Pick<DigestInput, 'stack' | 'args' | 'models'>,
): PlannedImage {
  const { context, inventory, image } = input;
  const identity = choices.image === undefined ? (context?.hash ?? null) : imageIdentity(image);
  const digest = planDigest({ choices, ...parts, contextHash: identity });
  const ref =
    choices.image === undefined || image?.kind === 'file' ? imageRef(digest) : choices.image;
  const there = inventory.images.some((one) => one.plan === digest || one.refs.includes(ref));
  return { digest, ref, ready: choices.image !== undefined || there };
}

/** Why the file that was named is no image. */
export function imageProblem({ image }: PlanInput): Failure | null {
  return image?.kind === 'file' ? image.problem : null;
}

/** How a person gets a ready image; nothing where it is there. */
export function imageCommands(
  { image }: PlanInput,
  choices: ResolvedChoices,
  ref: string,
): string[] {
  if (choices.image === undefined) return [];
  if (image?.kind !== 'file') return image?.present ? [] : [`docker pull ${shellWord(ref)}`];
  const file = shellWord(image.path);
  // docker reads gzip by itself; zstd only in later versions.
  const load = /zst$/.test(image.path)
    ? `zstd --decompress --stdout ${file} | docker load --quiet`
    : `docker load --quiet --input ${file}`;
  return [`docker tag "$(${load} | sed 's/^Loaded image[^:]*: //')" ${ref}`];
}

/** Bytes that a file's image takes in the engine: by experience a compressed one unpacks to 2.5. */
export function imageFileBytes({ image }: PlanInput): number {
  if (image?.kind !== 'file') return 0;
  return image.compressed ? image.bytes * 2.5 : image.bytes;
}
