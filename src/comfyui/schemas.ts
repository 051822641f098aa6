// ComfyUI's answers, read leniently: what this program needs, whatever else a version adds.
// Source: Comfy-Org/ComfyUI server.py and execution.py at v0.3.64 and later ones; recordings in
// test/fixtures/comfyui-0.3.64.
import { z } from 'zod';

const text = z.string().catch('');

export const deviceSchema = z.looseObject({
  name: text,
  /** `cuda`, `cpu`, `mps` … */
  type: text,
  index: z.number().nullable().catch(null),
  vram_total: z.number().nullable().catch(null),
  vram_free: z.number().nullable().catch(null),
});
export type Device = z.infer<typeof deviceSchema>;

export const systemStatsSchema = z.looseObject({
  system: z.looseObject({
    comfyui_version: text,
    python_version: text,
    pytorch_version: text,
    argv: z.array(z.string()).catch([]),
  }),
  devices: z.array(deviceSchema).catch([]),
});
export type SystemStats = z.infer<typeof systemStatsSchema>;

/** One input of a class: `["INT", {…}]`, `[["a", "b"], {…}]` or `["COMBO", {options: […]}]`. */
const inputSpecSchema = z.array(z.unknown()).catch([]);

export const nodeClassSchema = z.looseObject({
  input: z
    .looseObject({
      required: z.record(z.string(), inputSpecSchema).catch({}),
      optional: z.record(z.string(), inputSpecSchema).catch({}),
    })
    .catch({ required: {}, optional: {} }),
  output: z.array(z.unknown()).catch([]),
  name: text,
  /** Null in some packs. */
  display_name: z.string().nullable().catch(null),
  python_module: text,
  output_node: z.boolean().catch(false),
});
export type NodeClass = z.infer<typeof nodeClassSchema>;
export const objectInfoSchema = z.record(z.string(), nodeClassSchema);

export const promptErrorSchema = z
  .union([
    z.looseObject({ type: text, message: text, details: text, extra_info: z.unknown() }),
    // Servers of 2023 answer with a plain sentence.
    z.string().transform((message) => ({ type: '', message, details: '', extra_info: {} })),
  ])
  .catch({ type: '', message: '', details: '', extra_info: {} });
export type PromptError = z.infer<typeof promptErrorSchema>;

export const nodeErrorsSchema = z
  .record(
    z.string(),
    z.looseObject({
      errors: z.array(promptErrorSchema).catch([]),
      dependent_outputs: z.array(z.string()).catch([]),
      class_type: text,
    }),
  )
  // An empty Python dict comes as `{}`, in a few versions as `[]`.
  .catch({});
export type NodeErrors = z.infer<typeof nodeErrorsSchema>;

export const promptAcceptedSchema = z.looseObject({
  prompt_id: z.string(),
  number: z.number().catch(0),
  node_errors: nodeErrorsSchema,
});
export const promptRefusedSchema = z.looseObject({
  error: promptErrorSchema,
  node_errors: nodeErrorsSchema,
});

/** `[number, prompt_id, graph, extra_data, outputs]`; only the id counts here. */
const queueItems = z
  .array(z.array(z.unknown()))
  .catch([])
  .transform((items) => items.map((item) => String(item[1])));
export const queueSchema = z.looseObject({ queue_running: queueItems, queue_pending: queueItems });

/** A file that a node produced, under whatever key (`images`, `gifs`, `audio` …). */
export const producedFileSchema = z.looseObject({
  filename: z.string().min(1),
  subfolder: z.string().catch(''),
  type: z.string().catch('output'),
});

export const historyEntrySchema = z.looseObject({
  outputs: z.record(z.string(), z.record(z.string(), z.unknown())).catch({}),
  status: z
    .looseObject({
      status_str: text,
      completed: z.boolean().catch(false),
      messages: z.array(z.tuple([z.string(), z.unknown()])).catch([]),
    })
    // Absent in servers before this was kept: an entry is there only when the run is over.
    .catch({ status_str: 'success', completed: true, messages: [] }),
});
export type HistoryEntry = z.infer<typeof historyEntrySchema>;
export const historySchema = z.record(z.string(), historyEntrySchema);

export const uploadedSchema = z.looseObject({
  name: z.string(),
  subfolder: text,
  type: z.string().catch('input'),
});
