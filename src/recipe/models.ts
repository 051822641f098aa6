import { z } from 'zod';
import file from '../../docker/models.json' with { type: 'json' };
import { type DecidingChoices, isNeeded, neededBySchema } from './needed-by.ts';

export const modelRoles = [
  'weights',
  'text-encoder',
  'vae',
  'clip-vision',
  'lora',
  'detection',
] as const;

const bytes = z.int().positive();

export const modelSchema = z
  .strictObject({
    id: z.string().regex(/^[a-z0-9_-]+$/),
    role: z.enum(modelRoles),
    /** On the hub, `owner/name`. */
    repo: z.string().regex(/^[\w.-]+\/[\w.-]+$/),
    path: z.string().min(1),
    revision: z.string().min(1),
    /** Name of the file in `folder`, which is relative to the models folder. */
    file: z.string().regex(/^[^/]+$/),
    folder: z.string().regex(/^[^/].*[^/]$/),
    /** null: asked from the hub. */
    bytes: bytes.nullable(),
    estimatedBytes: bytes,
    /** null: asked from the hub (X-Linked-ETag). */
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .nullable(),
    licence: z.string().min(1),
    gated: z.boolean(),
    neededBy: neededBySchema,
    source: z.string().min(1),
    unverified: z.array(z.string()),
    /** Part of the file's name, where the repository has to be listed to find it. */
    match: z.string().optional(),
  })
  .refine((model) => model.bytes === null || model.bytes === model.estimatedBytes, {
    message: 'a known size is the estimate too',
  })
  .refine((model) => model.unverified.every((field) => field in model), {
    message: '`unverified` names a field that is not there',
  });
export type Model = z.infer<typeof modelSchema>;

export const modelsFileSchema = z
  .strictObject({ models: z.array(modelSchema).min(1) })
  .superRefine(({ models: all }, context) => {
    for (const key of [(m: Model) => m.id, (m: Model) => `${m.folder}/${m.file}`]) {
      const names = all.map(key);
      const twice = names.filter((name, at) => names.indexOf(name) !== at);
      for (const name of twice) context.addIssue({ code: 'custom', message: `${name} twice` });
    }
  });

let parsed: z.infer<typeof modelsFileSchema> | undefined;

/** The files of docker/models.json. */
export function models(): readonly Model[] {
  parsed ??= modelsFileSchema.parse(file);
  return parsed.models;
}

/** The files that these choices need, in the order of models.json. */
export function neededModels(choices: DecidingChoices): Model[] {
  return models().filter(({ neededBy }) => isNeeded(neededBy, choices));
}

/** Path in the models folder, with `/`. */
export function modelFile(model: Pick<Model, 'folder' | 'file'>): string {
  return `${model.folder}/${model.file}`;
}

/** Address of the file. `hub` without a slash at its end. */
export function modelUrl(model: Model, hub = 'https://huggingface.co'): string {
  return `${hub.replace(/\/+$/, '')}/${model.repo}/resolve/${model.revision}/${model.path}`;
}
