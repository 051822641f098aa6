import { z } from 'zod';

/** What a person (or a profile) can choose. Every key is optional: what is not chosen is recommended. */
export const recipeIds = ['steadydancer', 'rehearsal', 'custom'] as const;
export const targets = ['local', 'runpod', 'ssh', 'file'] as const;
export const variants = [
  'fp8',
  'fp16',
  'gguf-q4_k_m',
  'gguf-q5_k_m',
  'gguf-q6_k',
  'gguf-q8_0',
] as const;
export const textEncoders = ['bf16', 'fp8'] as const;
/** Attention back-ends, the fastest first: the order of falling back is the order of this list. */
export const attentions = ['flash-attn', 'sageattention', 'xformers', 'sdpa'] as const;
export const placements = ['folder', 'volume', 'baked'] as const;
export const poses = ['onnx', 'openmmlab'] as const;
export const fallbacks = ['auto', 'ask', 'never'] as const;
export const mirrorKinds = ['base', 'apt', 'pip', 'torch', 'release', 'hub', 'git'] as const;

const path = z.string().min(1);
/**
 * `https://host/owner/repo@commit`, or `owner/repo@commit` of GitHub, with all 40 digits: a shorter
 * one can come to mean another commit. The address goes into a shell, a URL and a folder's name, so
 * it has nothing but their plain characters, no credentials, and a last part that is a name.
 */
const pinnedGit = z
  .string()
  .regex(
    /^((https?|git):\/\/[A-Za-z0-9][\w.:-]*\/)?([\w~-][\w.~-]*\/)*[A-Za-z0-9_][\w.-]*\/?@[0-9a-f]{40}$/,
    'a node pack is named as git@commit, with all 40 digits of the commit',
  )
  .refine(
    (text) => /\/[^@]*@/.test(text),
    'a node pack is named by its owner too: owner/repo@commit',
  );
const positiveBytes = z.int().positive();

/** An address without spaces and without credentials: it ends in logs, profiles and commands. */
const mirror = z
  .string()
  .regex(/^(?!.*\/\/[^/]*@)\S+$/, 'a mirror is an address without spaces, user and password');

const part = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const host =
  '(?:localhost|[A-Za-z0-9-]+(?:\\.[A-Za-z0-9-]+)+|[A-Za-z0-9.-]+(?=:\\d)|\\[[0-9A-Fa-f:]+\\])';
/**
 * A name by the grammar of references (distribution/reference: small letters but for host and tag),
 * an image's id, or a file by how its path starts or ends.
 */
const image = z
  .string()
  .regex(
    new RegExp(
      [
        `^(?:${host}(?::\\d+)?/)?${part}(?:/${part})*(?::\\w[\\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$`,
        '^sha256:[0-9a-f]{6,64}$',
        '^(?:\\.{0,2}/|~/)[^\\r\\n]+$',
        '^[^-\\s][^\\r\\n]*\\.(?:tar|tgz|tzst|tar\\.gz|tar\\.zst)$',
      ].join('|'),
    ),
    'an image is named as registry/name:tag, in small letters, or is a file',
  );

export const mirrorsSchema = z.strictObject(
  Object.fromEntries(mirrorKinds.map((kind) => [kind, mirror.optional()])) as Record<
    (typeof mirrorKinds)[number],
    z.ZodOptional<z.ZodString>
  >,
);

export const smokeChoicesSchema = z.strictObject({
  /** Pixels, a multiple of 16 (facts: graph page, trap 6). */
  width: z.int().min(64).max(4096).multipleOf(16).optional(),
  height: z.int().min(64).max(4096).multipleOf(16).optional(),
  /** 4n+1 frames (facts: graph page, trap 7). */
  frames: z
    .int()
    .min(1)
    .max(1001)
    .refine((n) => (n - 1) % 4 === 0, 'frames are 4n+1: 5, 9, 13, 17 …')
    .optional(),
  steps: z.int().min(1).max(100).optional(),
});

export const choicesSchema = z.strictObject({
  recipe: z.enum(recipeIds).optional(),
  target: z.enum(targets).optional(),
  /** `auto`, the index of a GPU of this machine, or the name of one that is elsewhere. */
  gpu: z.union([z.int().nonnegative(), z.string().min(1)]).optional(),
  variant: z.enum(variants).optional(),
  textEncoder: z.enum(textEncoders).optional(),
  attention: z.enum(attentions).optional(),
  stack: z.string().min(1).optional(),
  /** How many of the model's 40 blocks wait in memory. */
  blockSwap: z.int().min(0).max(40).optional(),
  placement: z.enum(placements).optional(),
  pose: z.enum(poses).optional(),
  extraNodes: z.array(pinnedGit).optional(),
  modelsDir: path.optional(),
  /** Folders with models of other programs: looked in beside the usual places, never written to. */
  reuseFrom: z.array(path).optional(),
  outputDir: path.optional(),
  inputDir: path.optional(),
  port: z.int().min(1).max(65535).optional(),
  /** Address that ComfyUI is published on; anything but loopback must be confirmed. */
  listen: z.union([z.ipv4(), z.ipv6(), z.literal('localhost')]).optional(),
  memoryLimitBytes: positiveBytes.optional(),
  mirrors: mirrorsSchema.optional(),
  smoke: smokeChoicesSchema.optional(),
  /** Limit of the build phases together, in minutes. */
  timeoutMinutes: z.number().positive().optional(),
  diskReserveBytes: z.int().nonnegative().optional(),
  fallback: z.enum(fallbacks).optional(),
  dockerfile: path.optional(),
  context: path.optional(),
  workflow: path.optional(),
  image: image.optional(),
});
export type Choices = z.infer<typeof choicesSchema>;
export type ChoiceKey = keyof Choices;

export type RecipeId = (typeof recipeIds)[number];
export type Target = (typeof targets)[number];
export type Variant = (typeof variants)[number];
export type TextEncoder = (typeof textEncoders)[number];
export type Attention = (typeof attentions)[number];
export type Placement = (typeof placements)[number];
export type Pose = (typeof poses)[number];
export type Fallback = (typeof fallbacks)[number];
export type MirrorKind = (typeof mirrorKinds)[number];

/** Choices whose default does not depend on the machine. */
export const defaultChoices = {
  target: 'local',
  gpu: 'auto',
  modelsDir: '~/steadydancer/models',
  outputDir: '~/steadydancer/output',
  inputDir: '~/steadydancer/input',
  port: 8188,
  listen: '127.0.0.1',
  timeoutMinutes: 45,
  fallback: 'auto',
} as const satisfies Choices;

/** After `resolveChoices`: nothing that a plan needs is open. */
export type ResolvedChoices = Choices & {
  [K in
    | 'recipe'
    | 'target'
    | 'gpu'
    | 'modelsDir'
    | 'outputDir'
    | 'inputDir'
    | 'port'
    | 'listen'
    | 'timeoutMinutes'
    | 'fallback']-?: NonNullable<Choices[K]>;
};
