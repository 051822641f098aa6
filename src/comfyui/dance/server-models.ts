import {
  type Attention,
  type TextEncoder,
  textEncoders,
  type Variant,
  variants,
} from '../../contract/choices.ts';
import { Failure } from '../../contract/failure.ts';
import { fitWeights } from '../../recipe/fit-weights.ts';
import { type Model, modelFile, models } from '../../recipe/models.ts';
import { offered } from '../choices-of.ts';
import type { ComfyClient } from '../client.ts';
import { attentionMode } from '../graphs/model-nodes.ts';
import type { Detectors, ModelSettings, PoseRoute } from '../graphs/types.ts';
import type { NodeClass } from '../schemas.ts';

/** What the container was built for; what is not known is chosen by what the server has. */
export interface WantedModels {
  variant?: Variant | undefined;
  textEncoder?: TextEncoder | undefined;
  attention?: Attention | undefined;
  blockSwap?: number | undefined;
}

export interface ServerModels {
  settings: ModelSettings;
  textEncoder: TextEncoder;
  pose: Exclude<PoseRoute, 'drawn'> | null;
  detectors: Detectors | null;
  /** Sentences about what differs from what was wanted. */
  notes: string[];
}

const CLASSES = [
  'WanVideoAddSteadyDancerEmbeds',
  'WanVideoModelLoader',
  'WanVideoTextEncodeCached',
  'WanVideoVAELoader',
  'CLIPVisionLoader',
  'WanVideoLoraSelect',
  'OnnxDetectionModelLoader',
  'PoseDetectionOneToAllAnimation',
  'DrawViTPose',
] as const;
type Classes = Record<(typeof CLASSES)[number], NodeClass | null>;

/** fp8 are the weights that the authors use. */
const variantOrder: Variant[] = [
  'fp8',
  'fp16',
  ...variants.filter((variant) => variant.startsWith('gguf')).reverse(),
];

/**
 * Which of the server's model files a dance is rendered with.
 * @throws Failure `dance-not-steadydancer`, `dance-model-missing`, and what the client throws
 */
export async function serverModels(
  client: ComfyClient,
  wanted: WantedModels,
  memory: { videoBytes: number | null; memoryBytes: number | null },
  signal: AbortSignal,
): Promise<ServerModels> {
  const classes = await askClasses(client, signal);
  // Trap 11: the pack loads without them, and says so only in its log.
  if (!classes.WanVideoAddSteadyDancerEmbeds || !classes.WanVideoModelLoader) {
    throw new Failure({
      code: 'dance-not-steadydancer',
      sentence: `The ComfyUI at ${client.connection.baseUrl} has no SteadyDancer nodes.`,
      proof: 'GET /object_info/WanVideoAddSteadyDancerEmbeds gave {}',
      phase: 'smoke',
    });
  }
  const notes: string[] = [];
  const weights = pick(offered(classes.WanVideoModelLoader, 'model'), 'weights', (model) => {
    const at = wanted.variant;
    return (model.neededBy.variant ?? []).some((variant) => variant === at);
  });
  const variant = weights.model?.neededBy.variant?.[0] ?? 'fp8';
  if (wanted.variant && variant !== wanted.variant) {
    notes.push(`The server has no ${wanted.variant} weights; ${variant} is used.`);
  }
  const encoder = pick(
    offered(classes.WanVideoTextEncodeCached, 'model_name'),
    'text-encoder',
    (model) => model.neededBy.textEncoder?.[0] === (wanted.textEncoder ?? textEncoders[0]),
  );
  const modes = offered(classes.WanVideoModelLoader, 'attention_mode');
  const attention = possibleAttention(wanted.attention ?? 'sdpa', modes, notes);
  return {
    settings: {
      variant,
      attention,
      blockSwap: wanted.blockSwap ?? fittingBlockSwap(variant, memory),
      names: {
        weights: weights.name,
        textEncoder: encoder.name,
        vae: pick(offered(classes.WanVideoVAELoader, 'model_name'), 'vae').name,
        clipVision: pick(offered(classes.CLIPVisionLoader, 'clip_name'), 'clip-vision').name,
        lora: pick(offered(classes.WanVideoLoraSelect, 'lora'), 'lora').name,
      },
    },
    textEncoder: encoder.model?.neededBy.textEncoder?.[0] ?? 'bf16',
    ...poseRoute(classes),
    notes,
  };
}

async function askClasses(client: ComfyClient, signal: AbortSignal): Promise<Classes> {
  const asked = CLASSES.map(async (name) => [name, await client.nodeClass(name, { signal })]);
  return Object.fromEntries(await Promise.all(asked)) as Classes;
}

interface Picked {
  /** As the loader lists it. */
  name: string;
  model: Model | undefined;
}

/** The preferred file of a role, else any of that role that the server lists. */
function pick(
  names: string[],
  role: Model['role'],
  preferred: (model: Model) => boolean = () => true,
): Picked {
  const known = models().filter((model) => model.role === role);
  const rank = ({ neededBy }: Model) => variantOrder.indexOf(neededBy.variant?.[0] ?? 'fp8');
  const inOrder = [
    ...known.filter(preferred),
    ...known.filter((model) => !preferred(model)).sort((a, b) => rank(a) - rank(b)),
  ];
  for (const model of inOrder) {
    const name = names.find((candidate) => isFile(candidate, model));
    if (name !== undefined) return { name, model };
  }
  throw new Failure({
    code: 'dance-model-missing',
    sentence: `The server lists no ${roleWords[role]} of SteadyDancer.`,
    proof: names.length === 0 ? 'its list is empty' : names.slice(0, 8).join(', '),
    phase: 'smoke',
    fixes: [{ label: 'Fetch and check the models', command: 'steadydancer models pull' }],
  });
}

const roleWords: Record<Model['role'], string> = {
  weights: 'weights',
  'text-encoder': 'text encoder',
  vae: 'VAE',
  'clip-vision': 'CLIP vision model',
  lora: '4-step LoRA',
  detection: 'pose models',
};

/** By its path, by its name in another folder, or by the part that tells a repository's files apart. */
export function isFile(listed: string, model: Model): boolean {
  const path = listed.replaceAll('\\', '/');
  const inFolder = modelFile(model).split('/').slice(1).join('/');
  if (path === inFolder || path.split('/').at(-1) === model.file) return true;
  if (!model.match) return false;
  return /steadydancer/i.test(path) && path.toLowerCase().includes(model.match.toLowerCase());
}

function possibleAttention(wanted: Attention, modes: string[], notes: string[]): Attention {
  if (modes.length === 0 || modes.includes(attentionMode(wanted))) return wanted;
  notes.push(`The server's loader does not know ${attentionMode(wanted)}; sdpa is used.`);
  return 'sdpa';
}

function fittingBlockSwap(
  variant: Variant,
  { videoBytes, memoryBytes }: { videoBytes: number | null; memoryBytes: number | null },
): number {
  // Unknown video memory: half of the blocks, as the node pack's own default.
  return videoBytes === null ? 20 : fitWeights(variant, { videoBytes, memoryBytes }).blockSwap;
}

function poseRoute(classes: Classes): Pick<ServerModels, 'pose' | 'detectors'> {
  const { OnnxDetectionModelLoader: loader } = classes;
  const find = (input: string, pattern: RegExp) =>
    offered(loader, input).find((name) => pattern.test(name));
  const vitpose = find('vitpose_model', /vitpose.*\.onnx$/i);
  const yolo = find('yolo_model', /yolo.*\.onnx$/i);
  if (!loader || !vitpose || !yolo) return { pose: null, detectors: null };
  const detectors = { vitpose, yolo };
  if (classes.PoseDetectionOneToAllAnimation) return { pose: 'one-to-all', detectors };
  return { pose: classes.DrawViTPose ? 'vitpose' : null, detectors };
}
