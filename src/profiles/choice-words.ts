import type { z } from 'zod';
import { choicesSchema } from '../contract/choices.ts';

/** What a choice takes, in words, where its schema alone does not say it for a person. */
const words: Record<string, string> = {
  gpu: '`auto`, the index of a GPU, or the name of one that is elsewhere',
  stack: 'the id of a row of stacks.json',
  blockSwap: 'a whole number from 0 to 40',
  extraNodes:
    'owner/repo@commit or https://host/owner/repo@commit with all 40 digits of the commit, several with commas between',
  modelsDir: 'a folder',
  reuseFrom: 'folders, several with commas between',
  outputDir: 'a folder',
  inputDir: 'a folder',
  port: 'a whole number from 1 to 65535',
  listen: 'an IP address of this machine, or localhost',
  memoryLimitBytes: 'a whole number of bytes',
  timeoutMinutes: 'a number of minutes above 0',
  diskReserveBytes: 'a whole number of bytes',
  dockerfile: 'a file',
  context: 'a folder',
  workflow: 'a file',
  image: 'the name of an image (registry/name:tag, in small letters) or a file',
  'smoke.width': 'a multiple of 16 from 64 to 4096',
  'smoke.height': 'a multiple of 16 from 64 to 4096',
  'smoke.frames': '4n+1 frames: 5, 9, 13, 17 ... up to 1001',
  'smoke.steps': 'a whole number from 1 to 100',
};

type Shape = Record<string, z.ZodType>;

function unwrapped(schema: z.ZodType): z.ZodType {
  return schema.def.type === 'optional' ? (schema as z.ZodOptional<z.ZodType>).unwrap() : schema;
}

function collect(shape: Shape, prefix: string, into: Map<string, z.ZodType>): void {
  for (const [key, optional] of Object.entries(shape)) {
    const schema = unwrapped(optional);
    if (schema.def.type === 'object') collect((schema as z.ZodObject).shape, `${key}.`, into);
    else into.set(prefix + key, schema);
  }
}

let leaves: Map<string, z.ZodType> | undefined;

/** Every key that `--set` knows (`smoke.width`, `mirrors.hub` …) with the schema of its value. */
export function choiceLeaves(): ReadonlyMap<string, z.ZodType> {
  if (!leaves) {
    leaves = new Map();
    collect(choicesSchema.shape as Shape, '', leaves);
  }
  return leaves;
}

/** The allowed values of a choice: `fp8, fp16 or gguf-q6_k`, `a whole number from 1 to 65535`. */
export function allowedWords(key: string): string {
  const schema = choiceLeaves().get(key);
  if (schema?.def.type === 'enum') return oneOf((schema as z.ZodEnum).options.map(String));
  if (key.startsWith('mirrors.')) return 'an address without user and password';
  return words[key] ?? 'a text';
}

/** `a`, `a or b`, `a, b or c`. */
export function oneOf(items: readonly string[]): string {
  if (items.length < 2) return items.join('');
  return `${items.slice(0, -1).join(', ')} or ${items[items.length - 1]}`;
}
