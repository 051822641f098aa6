import { createHash } from 'node:crypto';
import { canonicalJson } from '../contract/canonical.ts';
import type { ResolvedChoices } from '../contract/choices.ts';

/** What decides the image and the models, and nothing that was measured. */
export interface DigestInput {
  /** With `~` as it was written and `gpu: auto` as it stands: the same on every machine. */
  choices: ResolvedChoices;
  stack: string | null;
  args: Record<string, string>;
  /** Hash of the build context; null when an image is used as it is. */
  contextHash: string | null;
  models: { id: string; sha256: string | null }[];
}

/** sha256 (hex) of canonical JSON. */
export function planDigest(input: DigestInput): string {
  return createHash('sha256').update(canonicalJson(input)).digest('hex');
}

/** The tag of the image that a plan builds. */
export function imageRef(digest: string): string {
  return `steadydancer:${digest.slice(0, 12)}`;
}
