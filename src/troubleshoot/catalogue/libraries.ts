import type { FailureClass } from '../types.ts';
import { fix } from './define.ts';

/** Native libraries that are missing or do not fit. Wordings: glibc ld.so, CPython. */
export const libraries: FailureClass[] = [
  {
    code: 'library-libgl-missing',
    title: 'OpenCV misses the system library libGL',
    phase: 'smoke',
    tier: 'specific',
    cause: 'opencv-python needs libraries of a desktop that a slim image does not have.',
    fixes: [
      fix('Install them in the image', 'apt-get install -y libgl1 libglib2.0-0'),
      fix('Or use OpenCV without a screen', 'pip install opencv-python-headless'),
    ],
    source: 'was-node-suite-comfyui#219; ComfyUI-Impact-Pack#266; facts steadydancer 8.51',
    explains: ['node-pack-import-failed', 'library-missing'],
    patterns: [
      /lib(?:GL|gthread-2\.0|glib-2\.0|SM|Xext|Xrender|EGL|GLU|xcb)\.so[\d.]*: cannot open shared object file/,
    ],
  },
  {
    code: 'library-cudnn-missing',
    title: 'cuDNN or a CUDA library is missing',
    phase: 'smoke',
    tier: 'specific',
    cause: 'The package was built for a CUDA or cuDNN that is not in the image.',
    detail: 'Missing is {1}.',
    fixes: [fix('Use a base image with cuDNN (tag "-cudnn-"), of the CUDA version of the package')],
    source: 'memoavatar/memo#13; comfyui-reactor-node#501',
    explains: ['library-missing', 'node-pack-import-failed'],
    patterns: [
      {
        line: /(lib(?:cudnn|cublas|cublasLt|cudart|cufft|curand|cusolver|cusparse|cusparseLt|nvrtc|nccl|nvJitLink|cupti|nvinfer)\w*\.so[\d.]*)(?:: cannot open shared object file| not found|!)/,
        unless: /onnxruntime_providers/,
      },
      /Could not (?:load|locate) (?:library )?(libcud\w+\.so[\d.]*)/i,
      /Unable to load any of \{?(libcudnn\w*\.so[\d.]*)/,
    ],
  },
  {
    code: 'onnxruntime-cpu-only',
    title: 'onnxruntime runs on the processor, not on the GPU',
    phase: 'smoke',
    tier: 'specific',
    cause:
      'Its CUDA part does not load: plain onnxruntime lies over onnxruntime-gpu, or CUDA and cuDNN do not fit.',
    fixes: [
      fix(
        'Install the GPU package last',
        'pip uninstall -y onnxruntime onnxruntime-gpu && pip install onnxruntime-gpu',
      ),
    ],
    source: 'comfyui_controlnet_aux#75, #233; memo#13; facts steadydancer 8.52, 8.53',
    explains: ['library-missing', 'library-cudnn-missing'],
    patterns: [
      {
        line: /Failed to load library .*onnxruntime_providers_cuda/i,
        silent: true,
        confidence: 0.95,
      },
      { line: /Onnxruntime not found or doesn't come with acceleration providers/i, silent: true },
      {
        line: /Specified provider 'CUDAExecutionProvider' is not in available provider/i,
        silent: true,
      },
      { line: /Failed to create CUDAExecutionProvider/i, silent: true },
      {
        line: /CUDAExecutionProvider.*(?:AssertionError|not in)|AssertionError.*CUDAExecutionProvider/i,
        silent: true,
      },
    ],
  },
  {
    code: 'torch-import-order',
    title: 'An extension was loaded before torch',
    phase: 'dependencies',
    tier: 'specific',
    cause: 'Extensions of PyTorch find its libraries only after "import torch".',
    fixes: [
      fix('Import torch first'),
      fix('Is torch installed in this environment?', 'python -c "import torch"'),
    ],
    source: 'flash-attention#1644; facts steadydancer 8.43',
    explains: ['library-missing'],
    patterns: [
      /lib(?:c10|torch|torch_cpu|torch_cuda|torch_python)\w*\.so[\d.]*: cannot open shared object file/,
    ],
  },
  {
    code: 'torch-extension-abi',
    title: 'A compiled extension does not fit this torch',
    phase: 'dependencies',
    tier: 'specific',
    cause: 'It was built for another torch version or C++ interface (cxx11abi).',
    detail: 'The file is {1}.',
    fixes: [
      fix('Take the wheel for this torch, Python and cxx11abi'),
      fix('Or use sdpa', 'steadydancer run --set attention=sdpa', 'attention-sdpa'),
    ],
    source: 'flash-attention#1832, #1717, #1691, #1644; facts steadydancer 8.42',
    explains: ['node-pack-import-failed', 'library-symbol-missing'],
    patterns: [
      /([\w.-]+\.so)\S*: undefined symbol: \S*(?:c10|torch|at[0-9]|_ZN2at|_ZNK2at|caffe2|aoti|THP)/,
      /undefined symbol: _ZN?K?(?:3c10|2at|5torch|6caffe2)/,
    ],
  },
  {
    code: 'library-symbol-missing',
    title: 'Two native libraries do not fit',
    phase: null,
    tier: 'specific',
    cause: 'One asks for a function that the other does not have.',
    detail: 'It is {1}.',
    fixes: [fix('Install versions that go together', 'steadydancer run --set stack=auto')],
    source: 'glibc ld.so',
    patterns: [
      {
        line: /(?:undefined symbol|symbol lookup error): ?(\S+)/,
        unless: /_ZN?K?(?:3c10|2at|5torch|6caffe2)/,
      },
    ],
  },
  {
    code: 'library-glibc-old',
    title: 'The system is too old for a compiled package',
    phase: null,
    tier: 'specific',
    cause: 'The package was built on a newer system: its C or C++ library is newer.',
    detail: 'It needs {1}.',
    fixes: [fix('Use a newer base image (Ubuntu 22.04 or 24.04)')],
    source: 'glibc ld.so',
    patterns: [/version [`'"]((?:GLIBC|GLIBCXX|CXXABI)_[\d.]+)['"]? not found/],
  },
  {
    code: 'library-missing',
    title: 'A system library is missing',
    phase: null,
    tier: 'specific',
    cause: 'A program was built for a library that the image does not have.',
    detail: 'The library is {1}.',
    fixes: [
      fix('Find the package that has it', 'apt-file search {1|LIBRARY}'),
      fix('Install it in the image'),
    ],
    source: 'glibc ld.so',
    explains: ['node-pack-import-failed', 'python-exception'],
    patterns: [
      {
        line: /(lib[\w.+-]+\.so[\d.]*): cannot open shared object file/,
        unless: /lib(?:nvidia-ml|cuda)\.so/,
        confidence: 0.85,
      },
      /Error loading shared library (lib\S+?): No such file/,
    ],
  },
];
