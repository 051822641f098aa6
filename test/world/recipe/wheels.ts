import { openmmlabPackages } from './openmmlab.ts';
import { type TinyWheel, tinyWheel } from './wheel.ts';

const torchSource = (version: string, cuda: string) => `__version__ = "${version}"


class version:
    cuda = "${cuda}"


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

/** torch with its companions, as PyPI has them: `local` is what PyTorch's own index puts behind. */
function torchWheels(version: string, vision: string, cuda: string, local = '') {
  return [
    tinyWheel('torch', `${version}${local}`, {
      'torch/__init__.py': torchSource(`${version}+cu${cuda.replace('.', '')}`, cuda),
    }),
    module('torchvision', `${vision}${local}`),
    module('torchaudio', `${version}${local}`),
  ];
}

const libraries = (cudnn: string, nccl: string, triton: string) => [
  tinyWheel('nvidia-cudnn-cu12', cudnn, { 'nvidia/cudnn/__init__.py': '' }),
  tinyWheel('nvidia-nccl-cu12', nccl, { 'nvidia/nccl/__init__.py': '' }),
  module('triton', triton),
];

const xformers = (version: string) =>
  tinyWheel('xformers', version, {
    'xformers/__init__.py': `__version__ = "${version}"\n`,
    'xformers/ops.py': '',
  });

/** A release file of flash-attn: its name says what it is for, its metadata does not. */
const flashAttn = (version: string, file: string) =>
  tinyWheel(
    'flash-attn',
    version,
    { 'flash_attn/__init__.py': '', 'flash_attn_2_cuda.py': '' },
    file,
  );

/** The packages of the small world, by the layer whose lock names them. */
export function worldWheels() {
  return {
    torch: [
      ...libraries('9.10.2.21', '2.27.3', '3.4.0'),
      ...torchWheels('2.8.0', '0.23.0', '12.8'),
    ],
    /** The stack before: torch251-cu124, and torch251-cu121 of PyTorch's own index. */
    olderTorch: [
      ...libraries('9.1.0.70', '2.21.5', '3.1.0'),
      ...torchWheels('2.5.1', '0.20.1', '12.4'),
    ],
    indexTorch: torchWheels('2.5.1', '0.20.1', '12.1', '+cu121'),
    flashAttn: [module('einops', '0.8.2')],
    xformers: [xformers('0.0.32.post2')],
    olderXformers: [xformers('0.0.28.post3')],
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
    openmmlab: openmmlabPackages(),
    release: flashAttn(
      '2.8.3',
      'flash_attn-2.8.3+cu12torch2.8cxx11abiTRUE-cp311-cp311-linux_x86_64.whl',
    ),
    olderRelease: flashAttn(
      '2.7.4.post1',
      'flash_attn-2.7.4.post1+cu12torch2.5cxx11abiFALSE-cp311-cp311-linux_x86_64.whl',
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

/** Folders of locks for `docker/python/`: good ones by stack, and two that the build has to refuse. */
export function lockFolders(wheels: WorldWheels): Record<string, Record<string, string>> {
  const good = {
    'torch.in': 'torch==2.8.0\ntorchvision==0.23.0\ntorchaudio==2.8.0\n',
    'torch.lock': lockOf(wheels.torch),
    'attention.flash-attn.lock': lockOf(wheels.flashAttn),
    'attention.xformers.lock': lockOf(wheels.xformers),
    'attention.sageattention.lock': lockOf(wheels.sageattention),
    'nodes.lock': lockOf([...wheels.nodes, ...wheels.torch]),
  };
  const older = {
    ...good,
    'torch.in': 'torch==2.5.1\ntorchvision==0.20.1\ntorchaudio==2.5.1\n',
    'torch.lock': lockOf(wheels.olderTorch),
    'attention.xformers.lock': lockOf(wheels.olderXformers),
    'nodes.lock': lockOf([...wheels.nodes, ...wheels.olderTorch]),
  };
  const { 'torch.lock': _, ...unlocked } = older;
  const broken = [...wheels.torch.filter(({ name }) => name !== 'torch'), ...wheels.brokenTorch];
  return {
    world: good,
    'world-older': older,
    // As the stacks of PyTorch's own index are: resolved at the first build.
    'world-unlocked': unlocked,
    'world-broken-torch': { ...good, 'torch.lock': lockOf(broken) },
    'world-wrong-hash': { ...good, 'nodes.lock': lockOf(wheels.nodes, () => '0'.repeat(64)) },
  };
}
