import type { Attention } from '../contract/choices.ts';

/** What is tried next: DESIGN has flash-attn, xformers, sdpa; sdpa is torch's own and cannot fail. */
export const nextAttention: Partial<Record<Attention, Attention>> = {
  'flash-attn': 'xformers',
  sageattention: 'xformers',
  xformers: 'sdpa',
};

export interface CurableCause {
  /** Looked for in the failed step's last lines. */
  pattern: RegExp;
  why: string;
  source: string;
}

/** Steps that install or prove the back-end, by the name that BuildKit gives them. */
export const ATTENTION_STEP = /^\[attention\b|flash[-_]attn|sageattention|xformers/i;

/** Another back-end has the same trouble: the network, the disk, a file that is not what it was. */
export const incurable: readonly RegExp[] = [
  /Could not resolve host|Temporary failure in name resolution|Network is unreachable|Connection (?:refused|timed out|reset)/i,
  /No space left on device|Disk quota exceeded/i,
  // A file with another hash is a matter for a person, not one to go round.
  /has sha256 [0-9a-f]+, and [0-9a-f]+ was expected|hash mismatch/i,
];

/** Causes that lie in the back-end itself, the most telling first. */
export const curableCauses: readonly CurableCause[] = [
  {
    pattern: /is not a supported wheel on this platform|wheel does not fit this Python/i,
    why: 'its wheel does not fit this Python or platform',
    source: 'pip _internal/req/constructors.py; docker/steps/attention.sh',
  },
  {
    pattern: /undefined symbol|GLIBC(?:XX)?_[\d.]+['’]? not found|cannot open shared object file/i,
    why: 'its compiled part does not go with this torch or system',
    source: 'glibc ld.so; facts steadydancer 8',
  },
  {
    pattern: /does not import|No module named '?(?:flash_attn|xformers|sageattention)/i,
    why: 'it is installed and does not import',
    source: 'docker/prove/attention.py',
  },
  {
    pattern:
      /only supports (?:Ampere|GPUs with)|no kernel image is available|SM\d+ kernel is not|No operator found for/i,
    why: 'it does not support this GPU',
    source: 'flash-attention csrc/flash_attn/flash_api.cpp; SageAttention',
  },
  {
    pattern: /xFormers can't load C\+\+\/CUDA extensions|xFormers was built for/i,
    why: 'it was built for another torch',
    source: 'xformers _cpp_lib.py',
  },
  {
    pattern:
      /ninja: build stopped|nvcc fatal|CUDA_HOME environment variable is not set|nvcc was not found|command '[^']*(?:nvcc|gcc|g\+\+|ninja)[^']*' failed|Failed to build (?:flash|xformers|sage)|Failed building wheel/i,
    why: 'it could not be compiled here',
    source: 'torch/utils/cpp_extension.py; flash-attention setup.py',
  },
  {
    pattern:
      /returned error: 40[34]|HTTP error 404|No matching distribution found|No solution found when resolving|has no wheels with a matching|could not be (?:fetched|installed) from/i,
    why: 'there is no package of it for this stack',
    source: 'curl, pip, uv; docker/steps/attention.sh',
  },
  {
    pattern: /\bKilled\b|exit code: 137|cannot allocate memory/i,
    why: 'compiling it needs more memory than there is',
    source: 'facts steadydancer 8',
  },
];
