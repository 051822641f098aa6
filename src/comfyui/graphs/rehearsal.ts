import type { Graph } from '../graph.ts';
import { FRAME_RATE } from './frames.ts';
import { node } from './model-nodes.ts';
import { FILM_NODE, SAMPLER_NODE } from './steadydancer.ts';
import type { DanceGraphInput } from './types.ts';

/**
 * The dance for the rehearsal's stand-in: the same sources and the same ids for what renders and what
 * saves; a drawn figure takes the place of the person.
 */
export function rehearsalDanceGraph(
  input: Omit<DanceGraphInput, 'models' | 'pose' | 'detectors' | 'steps' | 'prompt' | 'sound'>,
): Graph {
  const { width, height } = input;
  return {
    '1': node('LoadImage', 'The photo', { image: input.photo }),
    '3': node('VHS_LoadVideo', 'The clip', {
      video: input.clip,
      force_rate: input.readRate,
      custom_width: width,
      custom_height: height,
      frame_load_cap: input.frames,
      skip_first_frames: 0,
      select_every_nth: 1,
      format: 'Wan',
    }),
    [SAMPLER_NODE]: node('RehearsalDancer', 'Draw the dance', {
      image: ['1', 0],
      ...{ width, height, frames: ['3', 1], seed: input.seed },
    }),
    [FILM_NODE]: node('SaveAnimatedPNG', 'Save the film', {
      images: [SAMPLER_NODE, 0],
      filename_prefix: input.filePrefix,
      fps: FRAME_RATE,
      compress_level: 4,
    }),
  };
}
