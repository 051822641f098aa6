import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type Dockerode from 'dockerode';
import { pack } from 'tar-stream';
import { type TinyWheel, tinyWheel } from './wheel.ts';

/** Of the small world's CUDA image, which has the compiler and nothing else. */
export const CUDA_DEVEL_IMAGE = 'steadydancer-test/cuda-devel:tiny';

/**
 * Builds mmcv as the real setup.py does in what matters: no operators without FORCE_CUDA, torch and
 * nvcc, and a compiled part by the C++ compiler. A backend of its own, so that it needs no setuptools.
 */
const BACKEND = `import os, subprocess, sysconfig, zipfile


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    import torch
    assert torch.version.cuda, "torch without CUDA"
    operators = os.environ.get("FORCE_CUDA") == "1" and os.environ.get("MMCV_WITH_OPS") == "1"
    subprocess.run([os.environ["CUDA_HOME"] + "/bin/nvcc", "--version"], check=True)
    name = "mmcv-2.1.0-cp311-cp311-linux_x86_64.whl"
    with zipfile.ZipFile(os.path.join(wheel_directory, name), "w") as wheel:
        wheel.writestr("mmcv/__init__.py", '__version__ = "2.1.0"\\n')
        if operators:
            include = sysconfig.get_paths()["include"]
            subprocess.run(["g++", "-shared", "-fPIC", "-I" + include, "_ext.cpp", "-o", "_ext.so"], check=True)
            wheel.write("_ext.so", "mmcv/_ext.so")
        wheel.writestr("mmcv-2.1.0.dist-info/METADATA", "Metadata-Version: 2.1\\nName: mmcv\\nVersion: 2.1.0\\n")
        wheel.writestr("mmcv-2.1.0.dist-info/WHEEL", "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: false\\nTag: cp311-cp311-linux_x86_64\\n")
        wheel.writestr("mmcv-2.1.0.dist-info/RECORD", "")
    return name
`;
const EXTENSION = `#include <Python.h>
static PyModuleDef module = {PyModuleDef_HEAD_INIT, "_ext", nullptr, -1, nullptr};
PyMODINIT_FUNC PyInit__ext(void) { return PyModule_Create(&module); }
`;

/** mmcv as source, the others as wheels, and one package that only the build needs. */
export function openmmlabPackages(): TinyWheel[] {
  const module = (name: string, version: string) =>
    tinyWheel(name, version, { [`${name}/__init__.py`]: `__version__ = "${version}"\n` });
  return [
    sourceOf('mmcv', '2.1.0', {
      'PKG-INFO': 'Metadata-Version: 2.1\nName: mmcv\nVersion: 2.1.0\n',
      'pyproject.toml':
        '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n',
      'backend.py': BACKEND,
      '_ext.cpp': EXTENSION,
    }),
    module('mmengine', '0.10.7'),
    module('mmdet', '3.3.0'),
    module('mmpose', '1.3.2'),
    module('ninja', '1.13.0'),
  ];
}

function sourceOf(name: string, version: string, files: Record<string, string>): TinyWheel {
  const entries = Object.entries(files).map(([path, text]) =>
    ustarEntry(`${name}-${version}/${path}`, Buffer.from(text)),
  );
  // Two blocks of zeros end it.
  const bytes = gzipSync(Buffer.concat([...entries, Buffer.alloc(1024)]));
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { file: `${name}-${version}.tar.gz`, name, version, bytes, sha256 };
}

/** A file as ustar keeps it (POSIX pax, "ustar Interchange Format"): a header block, whole blocks. */
function ustarEntry(path: string, data: Buffer): Buffer {
  const header = Buffer.alloc(512);
  const octal = (value: number, at: number, digits: number) =>
    header.write(`${value.toString(8).padStart(digits, '0')}\0`, at, 'latin1');
  header.write(path, 0, 'latin1');
  octal(0o644, 100, 7);
  for (const at of [108, 116]) octal(0, at, 7);
  octal(data.length, 124, 11);
  octal(0, 136, 11);
  header.write('0', 156, 'latin1');
  header.write('ustar\x0000', 257, 'latin1');
  header.fill(' ', 148, 156);
  octal(
    header.reduce((sum, byte) => sum + byte, 0),
    148,
    6,
  );
  return Buffer.concat([header, data, Buffer.alloc((512 - (data.length % 512)) % 512)]);
}

/** The stage that the real recipe takes CUDA's compiler from. */
export async function cudaDevelImage(docker: Dockerode): Promise<void> {
  const tar = pack();
  tar.entry(
    { name: 'usr/local/cuda/bin/nvcc', mode: 0o755 },
    '#!/bin/sh\necho "nvcc: stand-in of a small world"\n',
  );
  tar.finalize();
  const [repo = '', tag = ''] = CUDA_DEVEL_IMAGE.split(':');
  const stream = await docker.importImage(tar as unknown as NodeJS.ReadableStream, { repo, tag });
  for await (const chunk of stream) {
    if (String(chunk).includes('"errorDetail"')) throw new Error(String(chunk));
  }
}
