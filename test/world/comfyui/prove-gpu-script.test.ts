// The script itself, under a real Python. torch is a stand-in here: what the real one answers on a
// GPU is recorded in test/fixtures/gpu-proof/.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readKernelProof } from '../../../src/comfyui/smoke/kernel-proof.ts';
import { assetPath } from '../../../src/recipe/assets.ts';

// `-P` came with 3.11, the version of the image.
const python = spawnSync('python3', ['-P', '-c', '']).status === 0;
const script = assetPath('docker', 'prove', 'gpu.py');
const folder = mkdtempSync(join(tmpdir(), 'sd-prove-gpu-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A module `torch` that gets as far as `source` lets it. */
function withTorch(name: string, source: string): string {
  const site = join(folder, name);
  mkdirSync(join(site, 'torch'), { recursive: true });
  writeFileSync(join(site, 'torch', '__init__.py'), source);
  return site;
}

function prove(site: string, args: string[], input?: string) {
  const tmp = mkdtempSync(join(folder, 'tmp-'));
  const { status, stdout } = spawnSync('python3', ['-P', script, ...args], {
    env: { PATH: process.env.PATH, PYTHONPATH: site, TMPDIR: tmp, PYTHONDONTWRITEBYTECODE: '1' },
    ...(input === undefined ? {} : { input }),
    encoding: 'utf8',
    timeout: 15_000,
  });
  return { exitCode: status, text: stdout.trimEnd(), left: readdirSync(tmp) };
}

const HEAD = `
__version__ = '2.8.0+cu128'
class version: cuda = '12.8'
def manual_seed(seed): pass
`;
const CUDA = `
class Properties:
    name, total_memory, major, minor = 'NVIDIA GeForce RTX 5090', 34190458880, 12, 0
class cuda:
    init = staticmethod(lambda: None)
    device_count = staticmethod(lambda: 1)
    get_device_properties = staticmethod(lambda index: Properties)
`;

const code = (output: ReturnType<typeof prove>) => {
  try {
    return readKernelProof(output, 'sdpa', 'smoke').words;
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
};

describe.skipIf(!python)('docker/prove/gpu.py (skipped where there is no Python 3.11)', () => {
  it('says which step broke and leaves nothing behind', () => {
    const absent = prove(withTorch('absent', "raise ImportError('libcudart.so.12: cannot open')"), [
      'sdpa',
    ]);
    expect(JSON.parse(absent.text)).toMatchObject({
      ok: false,
      step: 'torch',
      error: 'ImportError: libcudart.so.12: cannot open',
    });
    expect(absent).toMatchObject({ exitCode: 1, left: [] });
    expect(code(absent)).toBe('gpu-proof-broken');
  });

  it('a driver that is too old is the reason that torch gives for it', () => {
    const site = withTorch(
      'old-driver',
      `${HEAD}
class cuda:
    def init(): raise RuntimeError('The NVIDIA driver on your system is too old (found version 12020).')
`,
    );
    expect(code(prove(site, ['sdpa']))).toBe('gpu-driver-too-old-for-torch');
  });

  it('a card that torch has no code for is seen first, with its name', () => {
    const site = withTorch(
      'no-kernel',
      `${HEAD}${CUDA}
def randn(*size): raise RuntimeError('CUDA error: no kernel image is available for execution on the device')
`,
    );
    const output = prove(site, ['sdpa']);
    expect(code(output)).toBe('gpu-arch-not-in-torch');
    expect(JSON.parse(output.text).devices).toEqual([
      { name: 'NVIDIA GeForce RTX 5090', memoryTotalBytes: 34190458880, capability: '12.0' },
    ]);
  });

  it('ends itself when it hangs, and when whoever asked is gone', () => {
    const site = withTorch('hangs', 'import time\ntime.sleep(600)');
    const hung = prove(site, ['sdpa', '--seconds', '1']);
    // Node names the signal; the engine gives 128 and its number.
    expect(hung).toMatchObject({ exitCode: null, text: '' });
    expect(prove(site, ['sdpa', '--while-stdin'], '')).toMatchObject({ exitCode: 3, text: '' });
  });
});
