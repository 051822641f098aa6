import type { Choices } from '../contract/choices.ts';
import type { Failure } from '../contract/failure.ts';

/** What was seen of a ready image before planning. */
export type ImageSource =
  | {
      kind: 'named';
      /** It is in the engine; false also where no engine was asked. */
      present: boolean;
      /** Recipe that its labels name, `other` for a stranger's; null: it was not seen. */
      recipe: ImageRecipe | null;
    }
  | {
      kind: 'file';
      /** Absolute. */
      path: string;
      bytes: number;
      mtimeMs: number;
      compressed: boolean;
      recipe: ImageRecipe | null;
      /** Why it is no image. */
      problem: Failure | null;
    };
export type ImageRecipe = 'steadydancer' | 'rehearsal' | 'custom' | 'other';

/** A file, and not a name that a registry could have: by its ending, or by how its path starts. */
export function namesFile(image: string): boolean {
  return /^(\.{0,2}\/|~\/)/.test(image) || /\.(tar|tgz|tzst|tar\.(gz|zst))$/.test(image);
}

/**
 * The choices with the recipe that the image is of, where nobody chose one: a rehearsal's needs no
 * GPU, a stranger's gets no models of ours. An image that was not seen stays SteadyDancer's.
 */
export function recipeByImage(choices: Choices, image: ImageSource | null): Choices {
  if (choices.recipe !== undefined || image?.recipe == null) return choices;
  return { ...choices, recipe: image.recipe === 'other' ? 'custom' : image.recipe };
}

/** What stands in the digest for a file: not its content, which may have tens of GB. */
export function imageIdentity(image: ImageSource | null | undefined): string | null {
  return image?.kind === 'file' ? `image-file ${image.bytes} ${image.mtimeMs}` : null;
}
