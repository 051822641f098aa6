// The graph of the test video for what was really built: the shipped one by other choices.
import type { Attention, Choices, TextEncoder, Variant } from '../../contract/choices.ts';
import { Failure } from '../../contract/failure.ts';
import { type Model, modelFile, neededModels } from '../../recipe/models.ts';
import { offered } from '../choices-of.ts';
import type { ComfyClient } from '../client.ts';
import { isFile } from '../dance/server-models.ts';
import type { Graph } from '../graph.ts';
import { shippedGraph } from '../shipped-graphs.ts';
import type { FileExpectation } from '../smoke/context.ts';
import { node } from './model-nodes.ts';
import { steadydancerGraph } from './steadydancer.ts';
import type { ModelNames } from './types.ts';

/** Facts, graph page (c): small, so that memory is the weights and not the film. */
const TEST_FILM = { width: 256, height: 448, frames: 17, steps: 4 };
/** Names in the input folder, put there by the image's entrypoint. */
const SOURCES = { photo: 'sd_ref.png', clip: 'sd_pose.mp4' };
/** Shows the decoded frames: what the film is can be seen without a decoder for its codec. */
export const SHOWN_FRAMES_NODE = '27';

export interface SmokeGraph {
  graph: Graph;
  expected: FileExpectation;
}

export interface BuiltChoices {
  variant?: Variant | undefined;
  textEncoder?: TextEncoder | undefined;
  attention?: Attention | undefined;
  blockSwap?: number | undefined;
  smoke?: Choices['smoke'];
}

/** The test video of SteadyDancer by the choices that were built. */
export async function steadydancerSmoke(
  choices: BuiltChoices,
  client: ComfyClient,
  signal: AbortSignal,
): Promise<SmokeGraph> {
  const film = { ...TEST_FILM, ...defined(choices.smoke) };
  const { variant = 'fp8', textEncoder = 'bf16' } = choices;
  const graph = steadydancerGraph({
    ...SOURCES,
    ...film,
    models: {
      variant,
      ...{ attention: choices.attention ?? 'sdpa', blockSwap: choices.blockSwap ?? 35 },
      names: await modelNames({ variant, textEncoder }, client, signal),
    },
    ...{ pose: 'drawn', detectors: null, readRate: 0, sound: false, seed: 42 },
    prompt: 'a person dancing, full body, plain background',
    filePrefix: 'steadydancer_smoke',
  });
  const shown = node('PreviewImage', 'Show the frames', { images: ['17', 0] });
  const { width, height, frames } = film;
  return {
    graph: { ...graph, [SHOWN_FRAMES_NODE]: shown },
    expected: { width, height, frames },
  };
}

/** The rehearsal's dance in the size of the test video. */
export async function rehearsalSmoke({ smoke }: BuiltChoices): Promise<SmokeGraph> {
  const { steps: _, ...film } = { ...TEST_FILM, ...defined(smoke) };
  const shipped = await shippedGraph('rehearsal');
  const dancer = shipped['1'];
  if (!dancer) throw new TypeError('the rehearsal has no dancer');
  const graph = { ...shipped, '1': { ...dancer, inputs: { ...dancer.inputs, ...film } } };
  return { graph, expected: film };
}

function defined(smoke: Choices['smoke']): Partial<typeof TEST_FILM> {
  return Object.fromEntries(Object.entries(smoke ?? {}).filter(([, value]) => value !== undefined));
}

const listOf: Record<keyof ModelNames, { role: Model['role']; classType: string; input: string }> =
  {
    weights: { role: 'weights', classType: 'WanVideoModelLoader', input: 'model' },
    textEncoder: {
      role: 'text-encoder',
      ...{ classType: 'WanVideoTextEncodeCached', input: 'model_name' },
    },
    vae: { role: 'vae', classType: 'WanVideoVAELoader', input: 'model_name' },
    clipVision: { role: 'clip-vision', classType: 'CLIPVisionLoader', input: 'clip_name' },
    lora: { role: 'lora', classType: 'WanVideoLoraSelect', input: 'lora' },
  };

/** As the server lists them; a file that it does not list keeps its own name, which a level then misses. */
async function modelNames(
  choices: { variant: Variant; textEncoder: TextEncoder },
  client: ComfyClient,
  signal: AbortSignal,
): Promise<ModelNames> {
  const needed = neededModels({ ...choices, pose: 'onnx' });
  const named = Object.entries(listOf).map(async ([key, { role, classType, input }]) => {
    const model = needed.find((candidate) => candidate.role === role);
    if (!model) throw new TypeError(`models.json has no ${role}`);
    const info = await client.nodeClass(classType, { signal }).catch((error) => {
      // The level `reachable` says what is wrong with the server.
      if (!(error instanceof Failure)) throw error;
      return null;
    });
    const listed = offered(info, input).find((name) => isFile(name, model));
    return [key, listed ?? modelFile(model).split('/').slice(1).join('/')];
  });
  return Object.fromEntries(await Promise.all(named)) as ModelNames;
}
