import type { Attention, Variant } from '../../contract/choices.ts';
import type { FilmSize } from './frames.ts';

/** Model files as the server's loaders name them. */
export interface ModelNames {
  weights: string;
  textEncoder: string;
  vae: string;
  clipVision: string;
  lora: string;
}

/** What the model side of a graph is made of. */
export interface ModelSettings {
  names: ModelNames;
  variant: Variant;
  attention: Attention;
  /** How many of the 40 blocks wait in memory; 0 leaves block swap out. */
  blockSwap: number;
}

/**
 * Where the poses come from: `drawn`, the clip shows a skeleton already; `one-to-all` (workflow 03)
 * and `vitpose` (workflow 01) find them in a film of a person.
 */
export type PoseRoute = 'drawn' | 'one-to-all' | 'vitpose';

export interface Detectors {
  vitpose: string;
  yolo: string;
}

export interface DanceGraphInput extends FilmSize {
  /** Names in the server's input folder. */
  photo: string;
  clip: string;
  models: ModelSettings;
  pose: PoseRoute;
  /** Needed by the routes that look for a person. */
  detectors: Detectors | null;
  prompt: string;
  steps: number;
  seed: number;
  /** Frames per second that the clip is read with; 0 takes its frames as they are. */
  readRate: number;
  /** The clip has sound that the film keeps. */
  sound: boolean;
  filePrefix: string;
}
