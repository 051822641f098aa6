import { z } from 'zod';
import { UsageError } from '../contract/failure.ts';
import { type Model, modelFile } from '../recipe/models.ts';
import { sanitiseLine, withoutColour } from '../text/sanitise.ts';
import { safeName, shownName } from './place.ts';
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
const ALLOWED: Record<keyof z.infer<typeof entrySchema>, string> = {
  id: 'a text',
  file: 'the name of a file',
  folder: 'the name of a folder in the models folder',
  url: 'an address that begins with https:// or http://',
  repo: 'a repository of the hub, owner/name',
  path: 'the path of a file in the repository',
  revision: 'a branch, a tag or a commit',
  match: 'a quantisation such as q4_k_m',
  bytes: 'a whole number, 0 or more, or null',
  sha256: '64 hexadecimal digits or null',
};

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
    // The message has a piece of the text in it.
    throw new UsageError(
      `The manifest is no JSON: ${withoutColour(sanitiseLine((error as Error).message))}.`,
    );
  }
  const entries = entriesOf(json);
  const parsed = z.array(entrySchema).safeParse(entries);
  if (!parsed.success) throw new UsageError(wrongEntry(entries, parsed.error));
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

function entriesOf(json: unknown): unknown[] {
  const models = Array.isArray(json) ? json : (json as { models?: unknown } | null)?.models;
  if (Array.isArray(models)) return models;
  throw new UsageError(
    'The manifest is neither a list of files nor {"models": [a list of files]}.',
  );
}

/** The first thing that is wrong: which entry, which field, what is there and what may be. */
function wrongEntry(entries: unknown[], { issues: [first, ...more] }: z.ZodError): string {
  const [at, field] = first?.path ?? [];
  const entry = entries[Number(at)];
  const rest =
    more.length > 0
      ? `; ${more.length} more ${more.length === 1 ? 'thing is' : 'things are'} wrong`
      : '';
  const which = `Entry ${Number(at) + 1} of the manifest`;
  if (typeof field !== 'string' || !(field in ALLOWED)) {
    return `${which} is ${given(entry)}, not an object with file, and url or repo${rest}.`;
  }
  const { file, [field]: value } = entry as Record<string, unknown>;
  const name = typeof file === 'string' && file !== '' ? ` (${shownName(file)})` : '';
  const allowed = ALLOWED[field as keyof typeof ALLOWED];
  return value === undefined
    ? `${which}${name} has no ${field}: it must be ${allowed}${rest}.`
    : `${which}${name}: ${field} must be ${allowed}, not ${given(value)}${rest}.`;
}

function given(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  return typeof value === 'string' ? shownName(value, 60) : String(value);
}
