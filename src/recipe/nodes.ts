import { z } from 'zod';
import file from '../../docker/nodes.json' with { type: 'json' };
import { neededBySchema } from './needed-by.ts';

export const nodePackSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9_]+$/),
  repo: z.url(),
  /** Name of the folder in custom_nodes. */
  folder: z.string().regex(/^[\w-]+$/),
  /** True: only when a person adds it (`extraNodes`). */
  optional: z.boolean(),
  neededBy: neededBySchema,
  /** Only of optional packs; those of the others stand in stacks.json, row by row. */
  commit: z
    .string()
    .regex(/^[0-9a-f]{40}$/)
    .optional(),
  /** Node classes that the smoke test's graph and the dance graph ask for. */
  classes: z.array(z.string()),
  /** Python modules that have to import for the pack to load. */
  imports: z.array(z.string()),
  source: z.string().min(1),
  unverified: z.array(z.string()),
});
export type NodePack = z.infer<typeof nodePackSchema>;

export const nodesFileSchema = z
  .strictObject({
    /** Classes of ComfyUI itself that the smoke test's graph asks for. */
    coreClasses: z.array(z.string()).min(1),
    nodes: z.array(nodePackSchema).min(1),
  })
  .superRefine(({ nodes }, context) => {
    const seen = new Set<string>();
    for (const { id, optional, commit, classes } of nodes) {
      if (optional !== (commit !== undefined)) {
        context.addIssue({ code: 'custom', message: `${id}: a commit here is for optional packs` });
      }
      for (const name of [id, ...classes]) {
        if (seen.has(name)) context.addIssue({ code: 'custom', message: `${name} occurs twice` });
        seen.add(name);
      }
    }
  });

/** Ids of the packs whose commits every row of stacks.json names. */
export const nodePackIds: string[] = file.nodes
  .filter(({ optional }) => !optional)
  .map(({ id }) => id);

let parsed: z.infer<typeof nodesFileSchema> | undefined;

/** docker/nodes.json. */
export function nodes(): z.infer<typeof nodesFileSchema> {
  parsed ??= nodesFileSchema.parse(file);
  return parsed;
}
