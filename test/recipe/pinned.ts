// What the rows of stacks.json pin, as repositories to serve and as build arguments.
import type { ResolvedChoices } from '../../src/contract/choices.ts';
import { buildArgs } from '../../src/recipe/build-args.ts';
import { nodes } from '../../src/recipe/nodes.ts';
import type { Recommendation } from '../../src/recipe/recommend.ts';
import { type Stack, stacks } from '../../src/recipe/stacks.ts';
import { BASE_IMAGE } from '../world/base-image.ts';
import { missingFrom, type Wanted } from './mirrors.ts';

const COMFYUI = 'https://github.com/Comfy-Org/ComfyUI';

/** Rows whose torch is PyPI's own. */
export const rows: readonly Stack[] = stacks().filter(({ torch }) => torch.index === null);

export type Attention = Recommendation['attention']['value'];

export function wanted(row: Stack): Wanted[] {
  return [
    { repository: COMFYUI, commit: row.comfyui.commit },
    ...nodes().nodes.flatMap(({ id, repo }) => {
      const commit = row.nodes[id];
      return commit === undefined ? [] : [{ repository: repo, commit }];
    }),
  ];
}

/** Why ComfyUI and the packs cannot be had from the folder; null where they can. */
export function lackOf(folder: string | undefined): string | null {
  if (folder === undefined) {
    return 'GitHub is not reached, and STEADYDANCER_RECIPE_MIRRORS names no copies';
  }
  return missingFrom(folder, rows.flatMap(wanted))[0] ?? null;
}

/** The product's own arguments for this row; `served`: pinned commit → the one that is served. */
export function argsOf(
  row: Stack,
  attention: Attention,
  served: ReadonlyMap<string, string>,
): Record<string, string> {
  const take = <T>(value: T) => ({ value, reason: '', change: null, chosen: true });
  const choices = { recipe: 'steadydancer', pose: 'onnx' } as ResolvedChoices;
  const args = buildArgs(choices, {
    stack: take(row),
    variant: take('fp8'),
    attention: take(attention),
    textEncoder: take('bf16'),
  } as Recommendation);
  const here = Object.entries(args).map(([name, value]) => [name, served.get(value) ?? value]);
  return { ...Object.fromEntries(here), BASE_IMAGE };
}
