// The part of a graph that loads the models. Inputs and traps: graph page (c) and its table "Diffs",
// read from kijai/ComfyUI-WanVideoWrapper nodes_model_loading.py @3317577.
import type { Attention, Variant } from '../../contract/choices.ts';
import type { Graph } from '../graph.ts';
import type { ModelSettings } from './types.ts';

/** The node pack's own names. `comfy` takes what ComfyUI itself uses, xformers where it is there. */
const attentionModes: Record<Attention, string> = {
  'flash-attn': 'flash_attn_2',
  sageattention: 'sageattn',
  xformers: 'comfy',
  sdpa: 'sdpa',
};

export function attentionMode(attention: Attention): string {
  return attentionModes[attention];
}

/** GGUF: the loader casts some layers to the base precision and feeds them float32 (graph page, GGUF). */
function basePrecision(variant: Variant): string {
  if (variant === 'fp16') return 'fp16';
  return variant.startsWith('gguf') ? 'fp32' : 'bf16';
}

/** Nodes 11 to 15; the sampler takes its model from node 15. */
export function modelNodes({ names, variant, attention, blockSwap }: ModelSettings): Graph {
  const swap: Graph =
    blockSwap === 0
      ? {}
      : {
          // Trap 2: the node hands on what was sent and nothing else, so all seven are sent.
          '12': node('WanVideoBlockSwap', 'Blocks that wait in memory', {
            blocks_to_swap: blockSwap,
            offload_img_emb: false,
            offload_txt_emb: false,
            use_non_blocking: false,
            vace_blocks_to_swap: 0,
            prefetch_blocks: 0,
            block_swap_debug: false,
          }),
          '14': node('WanVideoSetBlockSwap', 'Swap blocks', {
            model: ['13', 0],
            block_swap_args: ['12', 0],
          }),
        };
  return {
    // Trap 5: a LoRA that is set afterwards, and one on GGUF, is never merged.
    '11': node('WanVideoLoraSelect', 'Choose the 4-step LoRA', {
      lora: names.lora,
      strength: 1,
      low_mem_load: false,
      merge_loras: false,
    }),
    '13': node('WanVideoModelLoader', 'Load SteadyDancer', {
      model: names.weights,
      base_precision: basePrecision(variant),
      // The loader recognises scaled fp8 and GGUF itself, and refuses any other word for GGUF.
      quantization: 'disabled',
      load_device: 'offload_device',
      attention_mode: attentionMode(attention),
      rms_norm_function: 'default',
    }),
    ...swap,
    '15': node('WanVideoSetLoRAs', 'Add the 4-step LoRA', {
      model: [blockSwap === 0 ? '13' : '14', 0],
      lora: ['11', 0],
    }),
  };
}

export function node(
  class_type: string,
  title: string,
  inputs: Record<string, unknown>,
): Graph[string] {
  return { class_type, inputs, _meta: { title } };
}
