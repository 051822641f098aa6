import core from './core-classes.json' with { type: 'json' };

/** `["INT", {default, min, max}]`, `["IMAGE"]` or `[["a", "b"], {…}]`. */
export type InputSpec = [string | string[], Record<string, unknown>?];

export interface ClassInfo {
  input: { required: Record<string, InputSpec>; optional?: Record<string, InputSpec> };
  output: string[];
  output_node: boolean;
  [key: string]: unknown;
}

/** The rehearsal's own class: draws a figure that dances, a frame a step. */
export const DANCER = 'RehearsalDancer';

const dancer: ClassInfo = {
  input: {
    required: {
      width: ['INT', { default: 256, min: 64, max: 1024, step: 16 }],
      height: ['INT', { default: 448, min: 64, max: 1024, step: 16 }],
      frames: ['INT', { default: 17, min: 1, max: 257, step: 4 }],
      seed: ['INT', { default: 42, min: 0, max: 2 ** 32 }],
    },
    optional: { image: ['IMAGE', { tooltip: 'Looked at and not used: nothing is learnt here.' }] },
  },
  output: ['IMAGE'],
  output_is_list: [false],
  output_name: ['IMAGE'],
  name: DANCER,
  display_name: 'Draw the dance',
  description: 'Draws a stick figure that dances; part of the rehearsal, not of ComfyUI.',
  python_module: 'steadydancer_rehearsal',
  category: 'rehearsal',
  output_node: false,
};
/** object_info lists the order of the inputs beside them. */
dancer.input_order = {
  required: Object.keys(dancer.input.required),
  optional: Object.keys(dancer.input.optional ?? {}),
};

const fixed: Record<string, ClassInfo> = {
  ...(core.classes as unknown as Record<string, ClassInfo>),
  [DANCER]: dancer,
};

/** The classes as they are now: LoadImage lists the files of the input folder. */
export function nodeClasses(
  inputFiles: string[],
  hidden: string[] = [],
): Record<string, ClassInfo> {
  const classes = structuredClone(fixed);
  const loader = classes.LoadImage?.input.required.image;
  if (loader) loader[0] = inputFiles;
  for (const name of hidden) delete classes[name];
  return classes;
}
