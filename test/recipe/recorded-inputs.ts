import { z } from 'zod';
import { type RecordedClass, recordedClasses } from '../world/recipe/node-inputs.ts';

/** ComfyUI's /object_info, as far as it is compared. */
const objectInfo = z.record(
  z.string(),
  z.looseObject({
    input: z.looseObject({
      required: z.record(z.string(), z.array(z.unknown())).optional(),
      optional: z.record(z.string(), z.array(z.unknown())).optional(),
    }),
  }),
);

/**
 * Where a running ComfyUI differs from the recording that the graphs are held against: inputs that
 * one of them has and the other lacks. `newer`: inputs of later versions, recorded with a remark.
 */
export function differences(answer: unknown, newer: ReadonlySet<string>): string[] {
  const real = objectInfo.parse(answer);
  return [...recordedClasses()].flatMap(([name, recorded]) => {
    const there = real[name];
    if (!there) return [`${name} is not known`];
    return (['required', 'optional'] as const).flatMap((kind) => {
      const names = new Set(Object.keys(there.input[kind] ?? {}));
      const ours = new Set(Object.keys(recordedInputs(recorded, kind)));
      return [
        ...[...names].filter((input) => !ours.has(input)).map((input) => `has ${input}`),
        ...[...ours]
          .filter((input) => !names.has(input) && !newer.has(`${name}.${input}`))
          .map((input) => `lacks ${input}`),
      ].map((difference) => `${name} ${difference} (${kind})`);
    });
  });
}

function recordedInputs(recorded: RecordedClass, kind: 'required' | 'optional') {
  return recorded[kind] ?? {};
}
