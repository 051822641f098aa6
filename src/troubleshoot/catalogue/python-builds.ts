import type { FailureClass } from '../types.ts';
import { fix } from './define.ts';

const building =
  /(?:Getting requirements to build|build_wheel|bdist_wheel|Preparing metadata|metadata-generation|prepare_metadata|egg_info|setup\.py|build backend|build dependencies|Failed to build|build_editable)/i;

/** Building wheels and what they import on the way. */
export const pythonBuilds: FailureClass[] = [
  {
    code: 'python-build-needs-torch',
    title: 'A package needs torch before it can be built',
    phase: 'dependencies',
    tier: 'specific',
    cause: "pip builds in a clean environment without torch, and the package's setup imports it.",
    fixes: [
      fix('Install torch first, then', 'pip install --no-build-isolation PACKAGE'),
      fix('Better: a ready-made wheel for this torch'),
    ],
    source: 'flash-attention#1421, #1920; Wan2.2#344; facts steadydancer 8.1',
    explains: ['python-wheel-build-failed', 'python-module-missing'],
    patterns: [
      { line: /No module named '?torch'?(?:\b|$)/, near: building, confidence: 0.95 },
      {
        line: /(?:depends on|requires) `?torch`?.*(?:doesn't declare|build dependency)/i,
        confidence: 0.95,
      },
    ],
  },
  {
    code: 'python-build-tool-missing',
    title: 'A build tool of Python is missing',
    phase: 'dependencies',
    tier: 'specific',
    cause: 'The package is built without isolation and imports a tool that is not installed.',
    detail: 'It is {1}.',
    fixes: [fix('Install the tools first', 'pip install wheel setuptools packaging ninja psutil')],
    source:
      'llm-jp-sft#41; flash-attention#253; Zonos#152; packaging-problems#354; facts steadydancer 8.2-8.5',
    explains: ['python-wheel-build-failed', 'python-module-missing'],
    patterns: [
      {
        line: /No module named '?(wheel|packaging|psutil|ninja|setuptools|Cython|pybind11|numpy|scikit_build|skbuild|mesonpy|hatchling|poetry|flit_core|setuptools_scm|cmake|poetry\.core)'?(?:[\s.;]|$)/,
        near: building,
        confidence: 0.94,
      },
      { line: /invalid command '(bdist_wheel)'/, confidence: 0.95 },
      { line: /BackendUnavailable|Cannot import '?setuptools\.build_meta/ },
    ],
  },
  {
    code: 'python-build-imports-pip',
    title: 'A package imports pip in its setup',
    phase: 'dependencies',
    tier: 'specific',
    cause: 'chumpy (and a few others) import pip, which is not there under build isolation.',
    fixes: [fix('Install it first', 'pip install --no-build-isolation chumpy')],
    source: 'mmpose#3218; facts steadydancer 8.10',
    explains: [
      'python-wheel-build-failed',
      'python-module-missing',
      'python-pip-missing',
      'python-build-tool-missing',
    ],
    patterns: [
      {
        line: /No module named '?pip'?(?:\b|$)/,
        near: /chumpy|Getting requirements to build|build_wheel|egg_info|build backend/i,
        confidence: 0.96,
      },
    ],
  },
  {
    code: 'python-setuptools-removed',
    title: 'A package uses a part of setuptools that is gone',
    phase: 'dependencies',
    tier: 'specific',
    cause: 'pkg_resources was removed from new setuptools; older packages still import it.',
    fixes: [fix('Pin it', 'pip install "setuptools<81"')],
    source: 'setuptools 82 changelog; mmpose#3218',
    explains: ['python-wheel-build-failed', 'python-module-missing', 'python-build-tool-missing'],
    patterns: [
      /No module named '?pkg_resources/,
      /cannot import name '\w+' from '(?:pkg_resources|setuptools)\b/,
      /module 'pkgutil' has no attribute 'ImpImporter'/,
    ],
  },
  {
    code: 'python-distutils-removed',
    title: 'A package uses distutils, which Python 3.12 removed',
    phase: 'dependencies',
    tier: 'specific',
    cause: 'The package is older than this Python.',
    fixes: [fix('Use a newer version of it, or', 'pip install setuptools')],
    source: 'PEP 632',
    explains: ['python-wheel-build-failed', 'python-module-missing'],
    patterns: [/No module named '?(?:distutils|imp|asyncore)'?(?:[\s.]|$)/],
  },
  {
    code: 'python-wheel-build-failed',
    title: 'A Python package could not be built',
    phase: 'dependencies',
    tier: 'effect',
    cause: 'There was no ready-made wheel, and building one ended with an error above.',
    detail: 'The package is {1}.',
    fixes: [fix('Use a version with a wheel for this Python')],
    fixesWhere: {
      line: /\b(?:mmcv|mmdet|mmpose|mmengine|chumpy|xtcocotools)\b/i,
      fixes: [fix('Leave OpenMMLab out', 'steadydancer run --set pose=onnx', 'pose-onnx')],
    },
    source: 'mmcv#2938; facts steadydancer 8.6; pip, uv',
    patterns: [
      { line: /Could not build wheels for ([\w.-]+)/, confidence: 0.92 },
      {
        line: /Failed to build installable wheels for|failed-wheel-build-for-install/,
        confidence: 0.9,
      },
      { line: /Failed building wheel for ([\w.-]+)/, soft: true },
      { line: /metadata-generation-failed|subprocess-exited-with-error/, confidence: 0.85 },
      {
        line: /(?:Failed to (?:download and )?build|Failed to prepare distributions?|Failed to build) [`'"]?([\w.-]+(?:[= ]=?[\w.]+)?)/,
        confidence: 0.9,
      },
      { line: /The build backend returned an error|Build backend failed to/i, confidence: 0.85 },
      {
        line: /legacy-install-failure|Running setup\.py install for ([\w.-]+) .*error/,
        confidence: 0.85,
      },
    ],
  },
  {
    code: 'python-numpy-abi',
    title: 'A package was compiled for another NumPy',
    phase: null,
    tier: 'specific',
    cause: 'NumPy 2 changed its binary interface; older wheels do not run with it.',
    fixes: [fix('Older NumPy', 'pip install "numpy<2"'), fix('Or a newer wheel of the package')],
    source: 'ComfyUI-WanAnimatePreprocess#26; ComfyUI#5289; facts steadydancer 8.11',
    explains: ['node-pack-import-failed', 'python-import-mismatch'],
    patterns: [
      /A module that was compiled using NumPy 1\.x cannot be run in/,
      /numpy\.(?:dtype|ufunc|ndarray) size changed, may indicate binary incompatibility/i,
      /_ARRAY_API not found|numpy\.core\.multiarray failed to import|compiled against (?:ABI|API) version 0x/,
    ],
  },
  {
    code: 'python-numpy-names',
    title: 'A package uses names that NumPy removed',
    phase: null,
    tier: 'specific',
    cause: 'np.float, np.int, np.bool and others are gone since NumPy 1.24 and 2.0.',
    fixes: [
      fix('Older NumPy', 'pip install "numpy<1.24"'),
      fix('Or a newer version of the package'),
    ],
    source: 'NumPy release notes 1.24, 2.0; chumpy',
    explains: ['node-pack-import-failed', 'python-import-mismatch'],
    patterns: [
      /module 'numpy' has no attribute '\w+'/,
      /cannot import name '\w+' from 'numpy'/,
      /was removed in the NumPy 2\.0 release/,
    ],
  },
  {
    code: 'python-mmcv-ops',
    title: 'mmcv has no compiled operators',
    phase: 'dependencies',
    tier: 'specific',
    cause: 'mmcv was built without torch or without a GPU and without FORCE_CUDA=1.',
    fixes: [
      fix(
        'Leave OpenMMLab out: ComfyUI does not need it',
        'steadydancer run --set pose=onnx',
        'pose-onnx',
      ),
      fix(
        'Or build with',
        'FORCE_CUDA=1 MMCV_WITH_OPS=1 pip install --no-build-isolation mmcv==2.1.0',
      ),
    ],
    source: 'SteadyDancer PR #12; mmcv#3319; mmdetection#3271; facts steadydancer 8.8',
    explains: ['python-module-missing', 'node-pack-module-missing', 'node-pack-import-failed'],
    patterns: [
      /No module named '?mmcv\._ext/,
      { line: /Skip building ext ops due to the absence of torch/i, silent: true },
    ],
  },
  {
    code: 'python-mmcv-version',
    title: 'mmcv and mmdet do not fit',
    phase: 'dependencies',
    tier: 'specific',
    cause: 'mmdet and mmpose accept only a range of mmcv versions.',
    fixes: [
      fix('Use mmcv 2.1.0', 'mim install "mmcv==2.1.0"'),
      fix('Leave OpenMMLab out', 'steadydancer run --set pose=onnx', 'pose-onnx'),
    ],
    source: 'mmcv#3096; mmocr#2041; facts steadydancer 8.9',
    explains: ['python-exception'],
    patterns: [/MM(?:CV|Engine|Det)==\S+ is used but incompatible/i],
  },
  {
    code: 'python-mmcv-no-wheel',
    title: 'There is no ready-made mmcv for this torch',
    phase: 'dependencies',
    tier: 'effect',
    cause:
      'The wheel list of OpenMMLab has none for this torch and CUDA, so mmcv is compiled, which takes very long.',
    fixes: [fix('Leave OpenMMLab out', 'steadydancer run --set pose=onnx', 'pose-onnx')],
    source: 'mmcv#3226; facts steadydancer 8.7',
    patterns: [
      {
        line: /(?:Building wheels? for collected packages: .*mmcv|Building wheel for mmcv)/,
        near: /Looking in links: .*openmmlab/i,
        confidence: 0.6,
        soft: true,
      },
    ],
  },
  {
    code: 'torch-torchvision-mismatch',
    title: 'torch and torchvision do not fit',
    phase: null,
    tier: 'specific',
    cause: 'A package replaced torch by another version.',
    fixes: [
      fix(
        'Install both from the same index',
        'pip install torch==2.8.0 torchvision==0.23.0 --index-url https://download.pytorch.org/whl/cu128',
      ),
    ],
    source: 'pytorch/vision',
    explains: ['node-pack-import-failed', 'torch-extension-abi'],
    patterns: [
      /operator torchvision::nms does not exist/,
      /PyTorch and torchvision were compiled with different CUDA/i,
      /torchvision \S+ requires torch==\S+, but you have torch \S+ which is incompatible/,
    ],
  },
  {
    code: 'python-import-mismatch',
    title: 'Two Python packages do not fit',
    phase: null,
    tier: 'specific',
    cause: 'One imports a name that the other no longer or not yet has.',
    detail: 'The name is {1}.',
    fixes: [
      fix('Install the versions that the node pack names', 'pip install -r requirements.txt'),
    ],
    source: 'CPython import system',
    explains: ['python-exception'],
    patterns: [
      {
        line: /ImportError: cannot import name '([^']+)' from/,
        unless: /'numpy|'setuptools|'pkg_resources/,
        confidence: 0.85,
      },
      {
        line: /cannot import name '([^']+)' from (?:partially )?/,
        near: /Cannot import|IMPORT FAILED/,
        confidence: 0.85,
        unless: /'numpy|'setuptools|'pkg_resources/,
      },
    ],
  },
  {
    code: 'python-module-missing',
    title: 'A Python module is not installed',
    phase: null,
    tier: 'specific',
    cause: 'A program imports a module that its environment does not have.',
    detail: 'The module is {1}.',
    fixes: [
      fix(
        'Install it in the image, not in the running container: there it is lost with the container',
      ),
    ],
    source: 'CPython import system',
    explains: ['python-exception'],
    patterns: [
      {
        line: /(?:ModuleNotFoundError|ImportError): No module named '?([\w.]+)/,
        unless: /__main__/,
        confidence: 0.85,
      },
      { line: /python[\d.]*: No module named ([\w.]+)/, confidence: 0.85 },
    ],
  },
];
