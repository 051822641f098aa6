import { z } from 'zod';
import { poses, textEncoders, variants } from '../contract/choices.ts';

/** Which choices need a file or a node pack; a key that is absent is no condition, `{}` is always. */
export const neededBySchema = z.strictObject({
  variant: z.array(z.enum(variants)).min(1).optional(),
  textEncoder: z.array(z.enum(textEncoders)).min(1).optional(),
  pose: z.array(z.enum(poses)).min(1).optional(),
});
export type NeededBy = z.infer<typeof neededBySchema>;

export interface DecidingChoices {
  variant: (typeof variants)[number];
  textEncoder: (typeof textEncoders)[number];
  pose: (typeof poses)[number];
}

export function isNeeded(by: NeededBy, choices: DecidingChoices): boolean {
  return (
    (by.variant?.includes(choices.variant) ?? true) &&
    (by.textEncoder?.includes(choices.textEncoder) ?? true) &&
    // OpenMMLab comes on top of the workflow's own pose nodes, it does not replace their models.
    (by.pose?.some((pose) => pose === choices.pose || pose === 'onnx') ?? true)
  );
}
