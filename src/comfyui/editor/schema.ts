// A workflow as ComfyUI's own page saves it. Source: Comfy-Org/ComfyUI_frontend
// src/platform/workflow/validation/schemas/workflowSchema.ts (versions 0.4 and 1); workflows of
// MCG-NJU/SteadyDancer. Read leniently: only what a graph is made of.
import { z } from 'zod';

const id = z.union([z.number(), z.string()]).transform(String);

const editorNodeSchema = z.looseObject({
  id,
  type: z.string(),
  /** 0 runs, 2 is muted, 4 is bypassed. */
  mode: z.number().catch(0),
  title: z.string().optional().catch(undefined),
  inputs: z
    .array(
      z.looseObject({
        name: z.string(),
        type: z.unknown(),
        link: z.number().nullable().catch(null),
      }),
    )
    .catch([]),
  outputs: z.array(z.looseObject({ type: z.unknown() })).catch([]),
  widgets_values: z
    .union([z.array(z.unknown()), z.record(z.string(), z.unknown())])
    .nullable()
    .catch(null),
});
export type EditorNode = z.infer<typeof editorNodeSchema>;

/** `[id, from, slot, to, slot, type]`, or the same with names. */
const linkSchema = z.union([
  z
    .tuple([z.number(), id, z.number()])
    .rest(z.unknown())
    .transform(([link, from, slot]) => ({ link, from, slot })),
  z
    .looseObject({ id: z.number(), origin_id: id, origin_slot: z.number() })
    .transform((link) => ({ link: link.id, from: link.origin_id, slot: link.origin_slot })),
]);

export const editorWorkflowSchema = z.looseObject({
  nodes: z.array(editorNodeSchema),
  links: z.array(linkSchema),
  definitions: z
    .looseObject({ subgraphs: z.array(z.unknown()).catch([]) })
    .catch({ subgraphs: [] })
    .optional(),
});
export type EditorWorkflow = z.infer<typeof editorWorkflowSchema>;

/** Nodes that only the page knows: they are solved here, or say something to a person. */
export const pageNodes = {
  passing: ['Reroute', 'GetNode', 'SetNode'],
  values: ['PrimitiveNode'],
  words: ['Note', 'MarkdownNote'],
} as const;
