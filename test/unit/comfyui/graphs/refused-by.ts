import type { Graph } from '../../../../src/comfyui/graph.ts';
import { inputsOf, linkType, recordedClasses } from '../../../world/recipe/node-inputs.ts';

const classes = recordedClasses();
/** In every ComfyUI; not among the recorded ones. */
const core: Record<string, string[]> = { PreviewImage: ['images'] };
/** Inputs of a format of VHS_VideoCombine, beside the node's own. */
const formatInputs = ['pix_fmt', 'crf', 'save_metadata', 'trim_to_audio'];

/** What ComfyUI would say against a graph, by what the packs' sources say of their classes. */
export function refusedBy(graph: Graph): string[] {
  const found: string[] = [];
  for (const [id, { class_type: name, inputs }] of Object.entries(graph)) {
    const recorded = classes.get(name);
    for (const value of Object.values(inputs)) {
      if (Array.isArray(value) && !graph[value[0] as string]) found.push(`${id}: link to nothing`);
    }
    if (!recorded) {
      if (!core[name]) found.push(`${id}: ${name} is not recorded`);
      continue;
    }
    const known = new Map(inputsOf(recorded).map(([input, spec]) => [input, spec]));
    for (const input of Object.keys(recorded.required)) {
      if (!(input in inputs)) found.push(`${id} ${name}: ${input} is missing`);
    }
    for (const [input, value] of Object.entries(inputs)) {
      const spec = known.get(input);
      if (!spec) {
        if (!formatInputs.includes(input)) found.push(`${id} ${name}: no input ${input}`);
      } else if (Array.isArray(value)) {
        const source = classes.get(graph[value[0] as string]?.class_type ?? '');
        const type = linkType(source?.returns[value[1] as number] ?? '?');
        const takes = spec.type.split(/[ /()]+/);
        if (!takes.includes(type))
          found.push(`${id} ${name}: ${input} takes ${spec.type}, not ${type}`);
      } else if (Array.isArray(spec.choices)) {
        const offered = spec.choices.flatMap((choice) => String(choice).split(/[ ,:]+/));
        if (!offered.includes(String(value))) found.push(`${id} ${name}: ${input} is not ${value}`);
      } else if (typeof value === 'number') {
        const { min = -Infinity, max = Infinity } = spec;
        if (value < min || value > max) found.push(`${id} ${name}: ${input} ${value} out of range`);
      } else if (spec.type === 'BOOLEAN' && typeof value !== 'boolean') {
        found.push(`${id} ${name}: ${input} is no boolean`);
      }
    }
  }
  return found;
}
