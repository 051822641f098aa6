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
export const CLIP_LOADER = 'VHS_LoadVideo';

const dancer: ClassInfo = {
  input: {
    required: {
      width: ['INT', { default: 256, min: 64, max: 1024, step: 16 }],
      height: ['INT', { default: 448, min: 64, max: 1024, step: 16 }],
      frames: ['INT', { default: 17, min: 1, max: 10_000, step: 4 }],
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

/**
 * The loader of clips as the real graphs use it. Source: Kosinkadink/ComfyUI-VideoHelperSuite
 * videohelpersuite/load_video_nodes.py @4ee72c0; held against node-inputs.json by a test.
 */
const loadVideo: ClassInfo = {
  input: {
    required: {
      video: [[]],
      force_rate: ['FLOAT', { default: 0, min: 0, max: 60, step: 1 }],
      custom_width: ['INT', { default: 0, min: 0, max: 8192, step: 1 }],
      custom_height: ['INT', { default: 0, min: 0, max: 8192, step: 1 }],
      frame_load_cap: ['INT', { default: 0, min: 0, step: 1 }],
      skip_first_frames: ['INT', { default: 0, min: 0, step: 1 }],
      select_every_nth: ['INT', { default: 1, min: 1, step: 1 }],
    },
    optional: {
      format: [
        ['None', 'AnimateDiff', 'Mochi', 'LTXV', 'Hunyuan', 'Cosmos', 'Wan'],
        { default: 'AnimateDiff' },
      ],
    },
  },
  output: ['IMAGE', 'INT', 'AUDIO', 'VHS_VIDEOINFO'],
  output_is_list: [false, false, false, false],
  output_name: ['IMAGE', 'frame_count', 'audio', 'video_info'],
  name: CLIP_LOADER,
  display_name: 'Load Video (Upload), rehearsed',
  description: 'Counts the frames of a clip; part of the rehearsal.',
  python_module: 'steadydancer_rehearsal',
  category: 'rehearsal',
  output_node: false,
};
loadVideo.input_order = {
  required: Object.keys(loadVideo.input.required),
  optional: Object.keys(loadVideo.input.optional ?? {}),
};

const fixed: Record<string, ClassInfo> = {
  ...(core.classes as unknown as Record<string, ClassInfo>),
  [DANCER]: dancer,
  [CLIP_LOADER]: loadVideo,
};

/** The classes as they are now: the loaders list the files of the input folder. */
export function nodeClasses(
  inputFiles: string[],
  hidden: string[] = [],
): Record<string, ClassInfo> {
  const classes = structuredClone(fixed);
  const loader = classes.LoadImage?.input.required.image;
  if (loader) loader[0] = inputFiles;
  const clips = classes[CLIP_LOADER]?.input.required.video;
  if (clips) clips[0] = inputFiles.filter((name) => /\.(webm|mp4|mkv|gif|mov)$/i.test(name));
  for (const name of hidden) delete classes[name];
  return classes;
}
