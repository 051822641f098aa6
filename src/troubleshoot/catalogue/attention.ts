import type { FailureClass } from '../types.ts';
import { fix } from './define.ts';

const sdpa = fix(
  'Use sdpa: needs no package',
  'steadydancer run --set attention=sdpa',
  'attention-sdpa',
);

/** Attention back-ends, Triton and compilation at run time. */
export const attention: FailureClass[] = [
  {
    code: 'attention-missing',
    title: 'The attention back-end is not installed',
    phase: 'smoke',
    tier: 'specific',
    cause: 'The workflow asks for flash-attn or SageAttention, the image has none.',
    fixes: [sdpa],
    source: 'ComfyUI-WanVideoWrapper nodes_model_loading.py, attention.py',
    explains: ['workflow-node-error', 'python-module-missing', 'python-exception'],
    patterns: [
      { line: /Can't import SageAttention/i, confidence: 0.93 },
      { line: /No module named '?(?:flash_attn|sageattention|flash_attn_interface)/, soft: true },
      /FLASH_ATTN_2_AVAILABLE|flash_attn is not installed|FlashAttention2 has been toggled on, but it cannot be used/i,
    ],
  },
  {
    code: 'attention-gpu-unsupported',
    title: 'The attention back-end does not support this GPU',
    phase: 'smoke',
    tier: 'specific',
    cause: 'flash-attn needs Ampere or newer; SageAttention must be built for the card.',
    fixes: [sdpa],
    source: 'SageAttention#173, #30; ComfyUI#9671; facts steadydancer 8.46, 8.47',
    explains: ['workflow-node-error', 'python-exception'],
    patterns: [
      /FlashAttention only supports (?:Ampere|GPUs with)/i,
      /SM\d+ kernel is not available/i,
      /Unsupported CUDA architecture: (sm_?\w+)/i,
      /No operator found for [`'"]?memory_efficient_attention/i,
      /FlashAttention-?3 .*(?:Hopper|sm90)/i,
    ],
  },
  {
    code: 'attention-xformers-mismatch',
    title: 'xFormers was built for another torch',
    phase: 'smoke',
    tier: 'specific',
    cause: 'Its compiled part does not load with this torch, CUDA or Python.',
    fixes: [sdpa, fix('Install the version that fits', 'pip install xformers==0.0.28.post3')],
    source: 'xformers _cpp_lib.py',
    explains: ['workflow-node-error', 'attention-gpu-unsupported'],
    patterns: [
      {
        line: /xFormers can't load C\+\+\/CUDA extensions|xFormers was built for:?/i,
        confidence: 0.85,
      },
    ],
  },
  {
    code: 'triton-no-compiler',
    title: 'Triton or torch.compile finds no compiler',
    phase: 'smoke',
    tier: 'specific',
    cause:
      'Triton, torch.compile and SageAttention compile while they run; a slim image has no compiler.',
    fixes: [fix('Put one into the final image', 'apt-get install -y g++ python3-dev'), sdpa],
    source: 'ComfyUI-HunyuanVideoWrapper#23; ComfyUI-WanVideoWrapper#655; facts steadydancer 8.48',
    explains: ['workflow-node-error', 'torch-compile-failed', 'compiler-missing'],
    patterns: [/Failed to find C compiler/i, /InvalidCxxCompiler|No working C\+\+ compiler found/i],
  },
  {
    code: 'triton-fp8-unsupported',
    title: 'This GPU cannot compile fp8 weights of this kind',
    phase: 'smoke',
    tier: 'specific',
    cause: 'torch.compile of e4m3fn weights needs compute capability 8.9 (RTX 40 and newer).',
    fixes: [
      fix('Leave the compile node out of the workflow'),
      fix('Use GGUF weights', 'steadydancer run --set variant=gguf-q8_0', 'variant-gguf'),
    ],
    source: 'ComfyUI-WanVideoWrapper#724, #1030, #252; facts steadydancer 8.45',
    explains: ['workflow-node-error', 'torch-compile-failed'],
    patterns: [
      /type fp8e4nv not supported in this architecture/i,
      /fp8e4(?:nv|b8) data type is not supported on (?:CUDA arch|this)/i,
    ],
  },
  {
    code: 'triton-missing',
    title: 'Triton is not installed or does not work',
    phase: 'smoke',
    tier: 'specific',
    cause: 'torch.compile and SageAttention need it.',
    fixes: [sdpa, fix('Install it', 'pip install triton')],
    source: 'PyTorch torch/_inductor',
    explains: ['workflow-node-error', 'torch-compile-failed', 'python-module-missing'],
    patterns: [
      /Cannot find a working triton installation|TritonMissing/i,
      { line: /(?:ModuleNotFoundError|ImportError): No module named '?triton/, soft: true },
    ],
  },
  {
    code: 'torch-compile-failed',
    title: 'torch.compile ended with an error',
    phase: 'smoke',
    tier: 'effect',
    cause: 'The compiled form of the model could not be made on this machine.',
    fixes: [
      fix('Leave the compile node out of the workflow'),
      fix('Or switch it off', 'TORCHDYNAMO_DISABLE=1'),
    ],
    source: 'PyTorch torch/_dynamo, torch/_inductor',
    explains: ['workflow-node-error'],
    patterns: [
      /BackendCompilerFailed|InductorError|torch\._dynamo\.exc\.\w+|torch\._inductor\.exc\.\w+/,
    ],
  },
  {
    code: 'torch-fp16-fast',
    title: 'fp16_fast needs torch 2.7',
    phase: 'smoke',
    tier: 'specific',
    cause: 'The workflow asks for base_precision fp16_fast, this torch is older.',
    fixes: [
      fix('Set base_precision to bf16 or fp16 in the workflow'),
      fix('Use the stack with torch 2.8', 'steadydancer run --set stack=auto'),
    ],
    source: 'ComfyUI-WanVideoWrapper#233, #1645, #1994; facts steadydancer 8.44',
    explains: ['workflow-node-error', 'python-exception'],
    patterns: [
      /allow_fp16_accumulation is not available/i,
      /has no attribute '?allow_fp16_accumulation/,
    ],
  },
  {
    code: 'torch-device-mixed',
    title: 'Parts of the model lie in different memories',
    phase: 'smoke',
    tier: 'specific',
    cause:
      'One tensor is in video memory, the other in memory: a node pack and ComfyUI disagree about who moves what.',
    fixes: [fix('Use the pinned versions', 'steadydancer run --set stack=auto')],
    source: 'PyTorch',
    explains: ['workflow-node-error'],
    patterns: [/Expected all tensors to be on the same device/],
  },
  {
    code: 'torch-dtype-mixed',
    title: 'Two number formats meet in the model',
    phase: 'smoke',
    tier: 'specific',
    cause:
      'A layer got another format than its weights have; with GGUF weights this is a known risk.',
    fixes: [
      fix('Set base_precision to fp32 for GGUF'),
      fix('Use the fp8 weights', 'steadydancer run --set variant=fp8', 'variant-fp8'),
    ],
    source: 'facts steadydancer-graph (c)',
    explains: ['workflow-node-error'],
    patterns: [
      /Input type \([^)]+\) and (?:bias|weight) type \([^)]+\) should be the same/,
      /mat1 and mat2 must have the same dtype/,
      /expected (?:m1 and m2|scalar type \w+ but found)/i,
    ],
  },
];
