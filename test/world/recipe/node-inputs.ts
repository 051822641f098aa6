import { readFileSync } from 'node:fs';
import { z } from 'zod';

const inputSchema = z.looseObject({
  type: z.string(),
  choices: z.union([z.array(z.union([z.string(), z.number()])), z.string()]).optional(),
  default: z.unknown().optional(),
  min: z.number().optional(),
  max: z.number().optional(),
});
const classSchema = z.looseObject({
  pack: z.string(),
  path: z.string(),
  commit: z.string(),
  required: z.record(z.string(), inputSchema),
  optional: z.record(z.string(), inputSchema).nullish(),
  returns: z.array(z.string()),
  return_names: z.array(z.string()),
  output_node: z.boolean().nullish(),
});
export type RecordedInput = z.infer<typeof inputSchema>;
export type RecordedClass = z.infer<typeof classSchema>;

const file = new URL('../../fixtures/recipe-files/node-inputs.json', import.meta.url);

/** What the packs' sources say of each node class: names, types, choices, commit and path. */
export function recordedClasses(): Map<string, RecordedClass> {
  const all = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  return new Map(
    Object.entries(all)
      .filter(([name]) => name !== '_meta')
      .map(([name, entry]) => [name, classSchema.parse(entry)]),
  );
}

/** Required inputs, then optional ones, as ComfyUI's own page orders them. */
export function inputsOf(recorded: RecordedClass): [string, RecordedInput, boolean][] {
  const of = (inputs: Record<string, RecordedInput>, required: boolean) =>
    Object.entries(inputs).map(([name, input]): [string, RecordedInput, boolean] => [
      name,
      input,
      required,
    ]);
  return [...of(recorded.required, true), ...of(recorded.optional ?? {}, false)];
}

/** Typed in by a person, not linked. */
export function isWidget({ type }: RecordedInput): boolean {
  return ['INT', 'FLOAT', 'STRING', 'BOOLEAN', 'COMBO'].includes(type.split(' ')[0] ?? '');
}

/** The type that a link carries, without the remarks of the recording. */
export function linkType(type: string): string {
  return type.replace(/[ (].*$/, '');
}
