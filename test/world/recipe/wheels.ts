import { type TinyWheel, tinyWheel } from './wheel.ts';

const FLASH = 'flash_attn-2.8.3+cu12torch2.8cxx11abiTRUE-cp311-cp311-linux_x86_64.whl';

const TORCH_SOURCE = `__version__ = "2.8.0+cu128"


class version:
    cuda = "12.8"


class _Tensor:
    def __init__(self, rows):
        self.rows = rows

    def __matmul__(self, other):
        columns = list(zip(*other.rows))
        return _Tensor([[sum(a * b for a, b in zip(r, c)) for c in columns] for r in self.rows])

    def sum(self):
        return sum(map(sum, self.rows))


def ones(height, width):
    return _Tensor([[1.0] * width for _ in range(height)])
`;

const module = (name: string, version: string, source = '') =>
  tinyWheel(name, version, {
    [`${name.replaceAll('-', '_')}/__init__.py`]: `__version__ = "${version}"\n${source}`,
  });

/** The packages of the small world, by the layer whose lock names them. */
export function worldWheels() {
  return {
    torch: [
      tinyWheel('nvidia-cudnn-cu12', '9.10.2.21', { 'nvidia/cudnn/__init__.py': '' }),
      tinyWheel('nvidia-nccl-cu12', '2.27.3', { 'nvidia/nccl/__init__.py': '' }),
      module('triton', '3.4.0'),
      tinyWheel('torch', '2.8.0', { 'torch/__init__.py': TORCH_SOURCE }),
      module('torchvision', '0.23.0'),
      module('torchaudio', '2.8.0'),
    ],
    flashAttn: [module('einops', '0.8.2')],
    xformers: [
      tinyWheel('xformers', '0.0.32.post2', {
        'xformers/__init__.py': '__version__ = "0.0.32.post2"\n',
        'xformers/ops.py': '',
      }),
    ],
    sageattention: [module('sageattention', '1.0.6')],
    nodes: [
      tinyWheel('opencv-python-headless', '4.13.0.92', { 'cv2/__init__.py': '' }),
      tinyWheel('onnxruntime-gpu', '1.26.0', {
        'onnxruntime/__init__.py':
          'def get_available_providers():\n    return ["CUDAExecutionProvider"]\n',
      }),
      module('gguf', '0.19.0'),
    ],
    /** Asked for by a pack and in no lock. */
    unlocked: [module('color-matcher', '0.6.0')],
    /** Must never be chosen: they would overwrite the two that stay. */
    unwanted: [
      tinyWheel('opencv-python', '4.13.0.92', {
        'cv2/__init__.py': 'raise ImportError("second")\n',
      }),
      tinyWheel('torch', '9.9.9', { 'torch/__init__.py': '__version__ = "9.9.9"\n' }),
    ],
    /** Of another CUDA: its libraries are not there. */
    brokenTorch: [
      tinyWheel('torch', '2.8.0.post1', {
        'torch/__init__.py':
          'raise ImportError("libcudart.so.13: cannot open shared object file")\n',
      }),
    ],
    release: tinyWheel(
      'flash-attn',
      '2.8.3',
      { 'flash_attn/__init__.py': '', 'flash_attn_2_cuda.py': '' },
      FLASH,
    ),
  };
}
export type WorldWheels = ReturnType<typeof worldWheels>;

/** A lock as uv writes it: name, version, hash, no address. */
export function lockOf(wheels: TinyWheel[], change: (sha256: string) => string = (sha) => sha) {
  return wheels
    .map(
      ({ name, version, sha256 }) =>
        `${name}==${version} \\\n    --hash=sha256:${change(sha256)}\n`,
    )
    .join('');
}

/** Folders of locks for `docker/python/`: the good one, and two that the build has to refuse. */
export function lockFolders(wheels: WorldWheels): Record<string, Record<string, string>> {
  const good = {
    'torch.in': 'torch==2.8.0\ntorchvision==0.23.0\ntorchaudio==2.8.0\n',
    'torch.lock': lockOf(wheels.torch),
    'attention.flash-attn.lock': lockOf(wheels.flashAttn),
    'attention.xformers.lock': lockOf(wheels.xformers),
    'attention.sageattention.lock': lockOf(wheels.sageattention),
    'nodes.lock': lockOf([...wheels.nodes, ...wheels.torch]),
  };
  const broken = [...wheels.torch.filter(({ name }) => name !== 'torch'), ...wheels.brokenTorch];
  return {
    world: good,
    'world-broken-torch': { ...good, 'torch.lock': lockOf(broken) },
    'world-wrong-hash': { ...good, 'nodes.lock': lockOf(wheels.nodes, () => '0'.repeat(64)) },
  };
}
