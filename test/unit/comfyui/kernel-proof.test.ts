import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type ProofOutput, readKernelProof } from '../../../src/comfyui/smoke/kernel-proof.ts';
import { Failure } from '../../../src/contract/failure.ts';
import { attentionAfter } from '../../../src/pipeline/fallback.ts';

/** Recorded on an H100: test/fixtures/gpu-proof/README.md. */
function recorded(name: string): ProofOutput {
  const path = join(import.meta.dirname, '../../fixtures/gpu-proof', `${name}.txt`);
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  const exitCode = Number(/^exit (\d+)$/.exec(lines.pop() ?? '')?.[1]);
  return { exitCode, text: lines.join('\n') };
}

/** The recording of a good proof in which one step said this instead. */
function said(step: string, error: string): ProofOutput {
  const { attention: _, ...document } = JSON.parse(recorded('sdpa').text);
  return { exitCode: 1, text: JSON.stringify({ ...document, ok: false, step, error }, null, 1) };
}
const asPrinted = ({ exitCode, text }: ProofOutput): ProofOutput => ({
  exitCode,
  text: JSON.stringify(JSON.parse(text)).replace('{"v":1', '{"v": 1'),
});

function refused(output: ProofOutput, asked: Parameters<typeof readKernelProof>[1]) {
  try {
    readKernelProof(output, asked, 'smoke');
  } catch (error) {
    if (error instanceof Failure) return error.details;
    throw error;
  }
  throw new Error('it was taken for good');
}

describe('the proof of torch and its kernels, as an H100 gave it', () => {
  it('tells the product, the kernel that was used and the device', () => {
    const proved = readKernelProof(recorded('sdpa'), 'sdpa', 'smoke');
    expect(proved.words).toMatch(/^a bf16 product took 0\.\d\d ms, sdpa \(cudnn\) 0\.\d\d ms$/);
    expect(proved.devices).toEqual([
      { name: 'NVIDIA H100 80GB HBM3', memoryTotalBytes: 85_017_493_504, capability: '9.0' },
    ]);
    const sage = readKernelProof(recorded('sageattention'), 'sageattention', 'smoke');
    expect(sage.words).toMatch(/sageattention 0\.\d\d ms$/);
  });

  it.each([
    ['flash-missing', 'flash-attn', 'attention-missing', /No module named 'flash_attn'/],
    ['sage-no-compiler', 'sageattention', 'attention-kernel-failed', /nonexistent/],
    ['no-gpu', 'sdpa', 'gpu-not-usable', /No CUDA GPUs are available/],
    ['no-driver', 'sdpa', 'gpu-not-usable', /Found no NVIDIA driver on your system/],
    ['memory-full', 'sdpa', 'gpu-busy', /out of memory/],
    ['alarm', 'sdpa', 'gpu-proof-timeout', /exit code 142/],
  ] as const)('%s is named with the line that shows it', (name, asked, code, proof) => {
    const details = refused(recorded(name), asked);
    expect(details.code).toBe(code);
    expect(details.proof).toMatch(proof);
    expect(details.proof).not.toContain('\n');
  });
});

describe('what this H100 could not show, by the libraries’ own words', () => {
  it.each([
    // torch/csrc/cuda/Module.cpp, c10/cuda/CUDAFunctions.cpp
    [
      'gpu',
      'The NVIDIA driver on your system is too old (found version 12020).',
      'gpu-driver-too-old-for-torch',
    ],
    // torch/cuda/__init__.py
    ['gpu', 'AssertionError: Torch not compiled with CUDA enabled', 'torch-without-cuda'],
    // CUDA runtime: cudaErrorNoKernelImageForDevice, cudaErrorDevicesUnavailable, cudaErrorIllegalAddress
    [
      'product',
      'RuntimeError: CUDA error: no kernel image is available for execution on the device',
      'gpu-arch-not-in-torch',
    ],
    [
      'product',
      'RuntimeError: CUDA error: CUDA-capable device(s) is/are busy or unavailable',
      'gpu-busy',
    ],
    [
      'attention',
      'RuntimeError: CUDA error: an illegal memory access was encountered',
      'gpu-kernel-crashed',
    ],
    [
      'product',
      'RuntimeError: CUDA error: CUBLAS_STATUS_NOT_INITIALIZED when calling `cublasCreate(handle)`',
      'gpu-library-error',
    ],
    // flash-attention csrc/flash_attn/flash_api.cpp
    [
      'attention',
      'RuntimeError: FlashAttention only supports Ampere GPUs or newer.',
      'attention-gpu-unsupported',
    ],
    [
      'attention',
      'RuntimeError: CUDA error: no kernel image is available for execution on the device',
      'attention-gpu-unsupported',
    ],
    // the proof's own words
    ['product', 'the bf16 product gave a wrong result: it is off by 31.2 %', 'gpu-result-wrong'],
  ])('%s: %s', (step, error, code) => {
    expect(refused(asPrinted(said(step, error)), 'flash-attn')).toMatchObject({
      code,
      proof: error,
    });
  });

  it('a process that crashed, was killed or never came so far', () => {
    const text = 'Fatal Python error: Segmentation fault';
    expect(refused({ exitCode: 139, text }, 'sdpa').code).toBe('gpu-kernel-crashed');
    expect(refused({ exitCode: 137, text: '' }, 'sdpa').code).toBe('container-oom-killed');
    expect(refused({ exitCode: 127, text: 'python: not found' }, 'sdpa')).toMatchObject({
      code: 'gpu-proof-broken',
      proof: 'python: not found',
    });
  });

  it('an image that was built with another back-end than the plan has', () => {
    const text = recorded('sdpa').text.replace('"built": null', '"built": "sdpa"');
    expect(refused({ exitCode: 0, text }, 'flash-attn').sentence).toBe(
      'The image was built with sdpa; flash-attn was asked for.',
    );
    expect(readKernelProof({ exitCode: 0, text }, 'sdpa', 'smoke').torch).toBe('2.11.0+cu130');
  });

  it('a back-end without a kernel for the card is replaced by the next one, a full card is not', () => {
    const step = (error: string) => ({ name: '[attention] proof on the GPU', lastLines: [error] });
    const { code, proof = '' } = refused(
      asPrinted(
        said('attention', 'RuntimeError: FlashAttention only supports Ampere GPUs or newer.'),
      ),
      'flash-attn',
    );
    expect(attentionAfter('flash-attn', code, step(proof))).toMatchObject({ to: 'xformers' });
    const full = refused(recorded('memory-full'), 'flash-attn');
    expect(attentionAfter('flash-attn', full.code, step(full.proof ?? ''))).toBeNull();
  });
});
