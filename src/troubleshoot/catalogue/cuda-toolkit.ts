import type { FailureClass } from '../types.ts';
import { fix } from './define.ts';

const devel = fix('Build on a -devel base and set', 'ENV CUDA_HOME=/usr/local/cuda');

/** nvcc and what PyTorch's extension builder asks of it. */
export const cudaToolkit: FailureClass[] = [
  {
    code: 'cuda-toolkit-missing',
    title: 'The CUDA compiler is missing',
    phase: 'dependencies',
    tier: 'specific',
    cause:
      'A CUDA extension is compiled in an image without the CUDA toolkit, or CUDA_HOME is not set.',
    fixes: [
      devel,
      fix('Or use a ready-made wheel', 'steadydancer run --set attention=sdpa', 'attention-sdpa'),
    ],
    source: 'torch/utils/cpp_extension.py; xorbitsai/inference#2614; facts steadydancer 8.12, 8.13',
    explains: [
      'python-wheel-build-failed',
      'compile-failed',
      'command-missing',
      'python-build-needs-torch',
    ],
    patterns: [
      /CUDA_HOME environment variable is not set/i,
      /CUDA_HOME (?:does not exist|is not set|not found|undefined)/i,
      /\bnvcc(?:: (?:command )?| )not found\b/,
      /No such file or directory: '[^']*nvcc'/,
      /nvcc was not found|(?:Failed|Unable) to find nvcc|Could not find (?:nvcc|CUDA toolkit)/i,
      /No CUDA toolset found|Could NOT find CUDA(?:Toolkit)? \(missing: .*(?:CUDA_TOOLKIT_ROOT_DIR|nvcc|CUDA_NVCC)/i,
      /Failed to find (?:nvcc|a default CUDA architecture)|CMAKE_CUDA_COMPILER.*(?:not found|NOTFOUND|could be found)/i,
    ],
  },
  {
    code: 'cuda-version-mismatch',
    title: 'CUDA in the image and CUDA of torch differ',
    phase: 'dependencies',
    tier: 'specific',
    cause: 'Extensions must be compiled with the CUDA version that torch was built for.',
    detail: 'Found {1}.',
    fixes: [
      fix('Take base image and torch index of the same CUDA, e.g. cu128 with 12.8'),
      fix('Use a ready-made stack', 'steadydancer run --set stack=auto'),
    ],
    source: 'Adamdad/rational_kat_cu#4; InternImage#188; facts steadydancer 8.14',
    explains: ['python-wheel-build-failed', 'compile-failed'],
    patterns: [
      /detected CUDA version \(?([\d.]+)\)? (?:mismatches|has a (?:major|minor) version mismatch)/i,
      // torch 2.9 raises the text and its values as a tuple, unformatted.
      /detected CUDA version \(%s\) mismatches the version .*?['"], ?'([\d.]+)'/i,
      /CUDA version mismatch|Cuda extensions are being compiled with a version of Cuda that does not match/i,
    ],
  },
  {
    code: 'cuda-arch-unknown',
    title: 'This CUDA does not know the GPU',
    phase: 'dependencies',
    tier: 'specific',
    cause:
      'The toolkit is older than the GPU generation it should compile for (Blackwell needs 12.8).',
    detail: 'It was asked for {1}.',
    fixes: [
      fix('Use a CUDA 12.8 stack', 'steadydancer run --set stack=auto'),
      fix('Or leave the new architecture out', 'TORCH_CUDA_ARCH_LIST=8.6;8.9'),
    ],
    source: 'Block-Sparse-Attention#15; TurboDiffusion#80; facts steadydancer 8.15',
    explains: ['compile-failed', 'python-wheel-build-failed'],
    patterns: [
      /Unsupported gpu architecture '?(\w+)/i,
      /Value '(sm_\w+)' is not defined for option/i,
      /Unknown CUDA arch \(([\d.a+PTX]+)\) or GPU not supported/i,
    ],
  },
  {
    code: 'cuda-arch-unset',
    title: 'The build does not know for which GPU to compile',
    phase: 'dependencies',
    tier: 'specific',
    cause: 'No GPU is visible in a build, and TORCH_CUDA_ARCH_LIST is not set.',
    fixes: [fix('Set it in the Dockerfile', 'ENV TORCH_CUDA_ARCH_LIST="8.6;8.9;12.0"')],
    source: 'thu-ml/SageAttention setup.py; torch/utils/cpp_extension.py; facts steadydancer 8.18',
    explains: ['python-wheel-build-failed', 'gpu-not-injected', 'python-exception'],
    patterns: [
      { line: /No target compute capabilities/i, confidence: 0.96 },
      {
        line: /IndexError: list index out of range/,
        near: /_get_cuda_arch_flags/,
        confidence: 0.96,
      },
    ],
  },
  {
    code: 'cuda-too-old-for-attention',
    title: 'CUDA is too old for this attention back-end on this GPU',
    phase: 'dependencies',
    tier: 'specific',
    cause: 'SageAttention and FlashAttention ask for a CUDA version by GPU generation.',
    detail: 'It asks for {1}.',
    fixes: [
      fix('Use sdpa', 'steadydancer run --set attention=sdpa', 'attention-sdpa'),
      fix('Use a CUDA 12.8 stack'),
    ],
    source: 'thu-ml/SageAttention setup.py; Dao-AILab/flash-attention setup.py',
    explains: ['python-wheel-build-failed'],
    patterns: [
      /CUDA ([\d.]+) or higher is required for compute capability/i,
      /FlashAttention is only supported on CUDA ([\d.]+) and above/i,
    ],
  },
];
