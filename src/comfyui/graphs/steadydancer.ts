// The graph that makes the person in a photo dance, in API format. Source of every node, value and
// trap: graph page, (a) workflow 03 and (c); held against node-inputs.json by its test.
import type { Graph } from '../graph.ts';
import { FRAME_RATE, PIXEL_STEP, WINDOW_FRAMES, wholeFrames } from './frames.ts';
import { modelNodes, node } from './model-nodes.ts';
import { poseNodes } from './pose-nodes.ts';
import type { DanceGraphInput } from './types.ts';

/** Wan's own negative prompt, as upstream sends it; without effect at cfg 1. */
const NEGATIVE_PROMPT =
  '色调艳丽，过曝，静态，细节模糊不清，字幕，风格，作品，画作，画面，静止，整体发灰，最差质量，低质量，JPEG压缩残留，丑陋的，残缺的，多余的手指，画得不好的手部，画得不好的脸部，畸形的，毁容的，形态畸形的肢体，手指融合，静止不动的画面，杂乱的背景，三条腿，背景人很多，倒着走';

const tiles = { tile_x: 272, tile_y: 272, tile_stride_x: 144, tile_stride_y: 128 };
/** Above the size that upstream renders untiled the decoder works in tiles. */
const UNTILED_PIXELS = 480 * 832;

/** Id of the node whose file is the film. */
export const FILM_NODE = '18';
/** Id of the node that does the sampling: its progress is the render's. */
export const SAMPLER_NODE = '16';

/** @throws TypeError for a size or length that the model cannot have (traps 6 and 7) */
export function steadydancerGraph(input: DanceGraphInput): Graph {
  const { width, height, frames } = input;
  if (width % PIXEL_STEP !== 0 || height % PIXEL_STEP !== 0 || wholeFrames(frames) !== frames) {
    throw new TypeError(`no film of SteadyDancer has ${frames} frames of ${width}x${height}`);
  }
  const { nodes, poses } = poseNodes(input);
  const tiled = width * height > UNTILED_PIXELS;
  return {
    ...sourceNodes(input),
    // Trap 3: the loader has no default for its precision.
    '4': node('WanVideoVAELoader', 'Load the VAE', {
      model_name: input.models.names.vae,
      precision: 'bf16',
    }),
    '5': node('CLIPVisionLoader', 'Load CLIP', { clip_name: input.models.names.clipVision }),
    '6': node('WanVideoClipVisionEncode', 'Look at the photo', {
      clip_vision: ['5', 0],
      image_1: ['2', 0],
      strength_1: 1,
      strength_2: 1,
      crop: 'center',
      combine_embeds: 'average',
      force_offload: true,
    }),
    '7': node('WanVideoImageToVideoEncode', 'Encode the photo', {
      width,
      height,
      // Trap 7: by the clip's own count, so that both have one length whatever the clip is.
      num_frames: ['3', 1],
      noise_aug_strength: 0,
      start_latent_strength: 1,
      end_latent_strength: 1,
      force_offload: true,
      vae: ['4', 0],
      clip_embeds: ['6', 0],
      start_image: ['2', 0],
      fun_or_fl2v_model: true,
      tiled_vae: tiled,
    }),
    ...nodes,
    '8': node('WanVideoEncode', 'Encode the poses', {
      vae: ['4', 0],
      image: poses,
      enable_vae_tiling: tiled,
      ...tiles,
      noise_aug_strength: 0,
      latent_strength: 1,
    }),
    // Trap 1: without negative poses cfg stays at exactly 1.
    '9': node('WanVideoAddSteadyDancerEmbeds', 'Join photo and poses', {
      embeds: ['7', 0],
      pose_latents_positive: ['8', 0],
      pose_strength_spatial: 1,
      pose_strength_temporal: 1,
      start_percent: 0,
      end_percent: 1,
    }),
    '10': node('WanVideoTextEncodeCached', 'Encode the text', {
      model_name: input.models.names.textEncoder,
      precision: 'bf16',
      positive_prompt: input.prompt,
      negative_prompt: NEGATIVE_PROMPT,
      quantization: 'disabled',
      // Trap 8: the cache would be written into the node pack's folder.
      use_disk_cache: false,
      device: 'gpu',
    }),
    ...modelNodes(input.models),
    ...windowNodes(frames),
    [SAMPLER_NODE]: node('WanVideoSampler', 'Render', {
      model: ['15', 0],
      image_embeds: ['9', 0],
      text_embeds: ['10', 0],
      ...(frames > WINDOW_FRAMES ? { context_options: ['19', 0] } : {}),
      steps: input.steps,
      cfg: 1,
      shift: 5,
      seed: input.seed,
      force_offload: true,
      scheduler: 'dpm++_sde',
      riflex_freq_index: 0,
      denoise_strength: 1,
      batched_cfg: false,
      // Trap 4: Python's default is another one than the widget's.
      rope_function: 'comfy',
      start_step: 0,
      end_step: -1,
      add_noise_to_samples: false,
    }),
    '17': node('WanVideoDecode', 'Decode the film', {
      vae: ['4', 0],
      samples: [SAMPLER_NODE, 0],
      enable_vae_tiling: tiled,
      ...tiles,
      normalization: 'default',
    }),
    [FILM_NODE]: node('VHS_VideoCombine', 'Save the film', {
      images: ['17', 0],
      ...(input.sound ? { audio: ['3', 2] } : {}),
      // The rate of reading: workflow 03 saves at 24 what it reads at 16, and plays 1.5 times as fast.
      frame_rate: FRAME_RATE,
      loop_count: 0,
      filename_prefix: input.filePrefix,
      format: 'video/h264-mp4',
      pingpong: false,
      save_output: true,
      pix_fmt: 'yuv420p',
      crf: 19,
      save_metadata: true,
      trim_to_audio: false,
    }),
  };
}

/** Photo and clip in the size of the film: nodes 1 to 3. */
function sourceNodes({ photo, clip, width, height, frames, readRate }: DanceGraphInput): Graph {
  return {
    '1': node('LoadImage', 'The photo', { image: photo }),
    '2': node('ImageScale', 'The photo in the size of the film', {
      image: ['1', 0],
      upscale_method: 'lanczos',
      width,
      height,
      crop: 'center',
    }),
    '3': node('VHS_LoadVideo', 'The clip', {
      video: clip,
      force_rate: readRate,
      custom_width: width,
      custom_height: height,
      frame_load_cap: frames,
      skip_first_frames: 0,
      select_every_nth: 1,
      // Cuts to 4n+1 frames.
      format: 'Wan',
    }),
  };
}

function windowNodes(frames: number): Graph {
  if (frames <= WINDOW_FRAMES) return {};
  return {
    '19': node('WanVideoContextOptions', 'Windows over a long film', {
      context_schedule: 'uniform_standard',
      context_frames: WINDOW_FRAMES,
      context_stride: 4,
      context_overlap: 16,
      freenoise: true,
      verbose: false,
      fuse_method: 'linear',
    }),
  };
}

/**
 * Only the poses, shown as pictures: whether a person was found is known before the models are
 * loaded, and the server keeps the poses for the render. Null for a route that looks for nobody.
 */
export function poseGraph(input: DanceGraphInput): Graph | null {
  const { nodes, poses, photoPose } = poseNodes(input);
  if (input.pose === 'drawn') return null;
  return {
    ...sourceNodes(input),
    ...nodes,
    ...(photoPose ? { '25': node('PreviewImage', 'The photo’s pose', { images: photoPose }) } : {}),
    '26': node('PreviewImage', 'The clip’s poses', { images: poses }),
  };
}
