import { z } from 'zod';
import { UsageError } from '../contract/failure.ts';
import { type Model, modelFile } from '../recipe/models.ts';
import { safeName } from './place.ts';
import type { WantedModel } from './types.ts';

/** A file of docker/models.json as the downloader wants it. */
export function wantedModel(model: Model): WantedModel {
  const { id, repo, revision, path, bytes, sha256, match } = model;
  return {
    id,
    file: modelFile(model),
    origin: { kind: 'hub', repo, revision, path, ...(match ? { match } : {}) },
    bytes,
    sha256,
  };
}

const entrySchema = z.object({
  id: z.string().min(1).optional(),
  file: z.string().min(1),
  folder: z.string().optional(),
  url: z.url({ protocol: /^https?$/ }).optional(),
  repo: z
    .string()
    .regex(/^[\w.-]+\/[\w.-]+$/)
    .optional(),
  path: z.string().min(1).optional(),
  revision: z.string().min(1).default('main'),
  match: z.string().optional(),
  bytes: z.int().nonnegative().nullable().default(null),
  sha256: z
    .string()
    .regex(/^[0-9a-fA-F]{64}$/)
    .transform((hash) => hash.toLowerCase())
    .nullable()
    .default(null),
});
const manifestSchema = z.union([
  z.array(entrySchema),
  z.object({ models: z.array(entrySchema) }).transform(({ models }) => models),
]);

/**
 * The files of a manifest: `{"models": […]}` or a list, each with `file` (and `folder`), and `url`
 * or `repo` and `path`; `revision`, `bytes` and `sha256` where they are known.
 * @throws UsageError what is wrong with it; Failure models-name-escapes
 */
export function parseManifest(text: string): WantedModel[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`The manifest is no JSON: ${(error as Error).message}`);
  }
  const parsed = manifestSchema.safeParse(json);
  if (!parsed.success) throw new UsageError(`The manifest: ${z.prettifyError(parsed.error)}`);
  const wanted = parsed.data.map((entry): WantedModel => {
    const { url, repo, path, revision, match, bytes, sha256 } = entry;
    const file = safeName(entry.folder ? `${entry.folder}/${entry.file}` : entry.file);
    if (url) return { id: entry.id ?? file, file, origin: { kind: 'url', url }, bytes, sha256 };
    if (!repo) throw new UsageError(`The manifest gives neither url nor repo for ${file}.`);
    const origin = { kind: 'hub' as const, repo, revision, path: path ?? entry.file };
    return {
      id: entry.id ?? file,
      file,
      origin: match ? { ...origin, match } : origin,
      bytes,
      sha256,
    };
  });
  const twice = wanted.find(({ file }, at) => wanted.findIndex((one) => one.file === file) !== at);
  if (twice) throw new UsageError(`The manifest names ${twice.file} twice.`);
  return wanted;
}
