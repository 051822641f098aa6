import type { Attention } from '../../contract/choices.ts';
import type { Fix } from '../../contract/diagnosis.ts';
import { Failure } from '../../contract/failure.ts';
import type { PhaseId } from '../../contract/ids.ts';
import type { ProofDocument, ProofOutput } from './kernel-proof.ts';

interface Row {
  pattern: RegExp;
  /** Only at this step of the proof. */
  step?: string;
  code: string;
  sentence(asked: Attention, document: ProofDocument | null): string;
  fixes: Fix[];
}

const sdpa: Fix = {
  label: 'Use sdpa: needs no package',
  command: 'steadydancer run --set attention=sdpa',
  applies: 'attention-sdpa',
};
const otherStack: Fix = {
  label: 'Build the stack for this GPU',
  command: 'steadydancer run --set stack=auto',
};
const whoHasIt: Fix = { label: 'See who uses it', command: 'nvidia-smi' };

const gpuOf = (document: ProofDocument | null) => {
  const first = document?.devices?.[0];
  return first ? `${first.name} (${first.capability})` : 'this GPU';
};

/**
 * What torch, CUDA and the back-ends say, and what it means. First match counts. Codes and texts as in
 * the catalogue (gpu-driver.ts, attention.ts, with their sources).
 */
const table: readonly Row[] = [
  {
    pattern:
      /driver on your system is too old|driver version is insufficient|forward compatibility was attempted|compiled with an unsupported toolchain/i,
    code: 'gpu-driver-too-old-for-torch',
    sentence: (_, document) =>
      `The GPU's driver is too old for torch ${document?.torch ?? ''} (CUDA ${document?.cuda ?? 'unknown'}).`,
    fixes: [{ label: 'Update the NVIDIA driver: https://www.nvidia.com/drivers' }, otherStack],
  },
  {
    pattern: /not compiled with CUDA/i,
    code: 'torch-without-cuda',
    sentence: () => 'torch in the image is the build without CUDA.',
    fixes: [otherStack],
  },
  {
    pattern: /busy or unavailable|all CUDA-capable devices are busy/i,
    code: 'gpu-busy',
    sentence: () => 'The GPU belongs to another program alone.',
    fixes: [whoHasIt],
  },
  {
    pattern: /out of memory/i,
    code: 'gpu-busy',
    sentence: () => 'The video memory is full already: other programs have it.',
    fixes: [whoHasIt],
  },
  {
    step: 'attention',
    pattern: /ModuleNotFoundError|ImportError|No module named/,
    code: 'attention-missing',
    sentence: (asked) => `${asked} is not installed in the image, or does not load.`,
    fixes: [sdpa],
  },
  {
    step: 'attention',
    pattern:
      /no kernel image|only supports (?:Ampere|GPUs with)|SM\d+ kernel is not|Unsupported CUDA arch|No operator found|invalid device function/i,
    code: 'attention-gpu-unsupported',
    sentence: (asked, document) => `${asked} has no kernel for ${gpuOf(document)}.`,
    fixes: [sdpa],
  },
  {
    pattern:
      /no kernel image|not compatible with the current PyTorch|device kernel image is invalid/i,
    code: 'gpu-arch-not-in-torch',
    sentence: (_, document) =>
      `torch ${document?.torch ?? ''} has no code for ${gpuOf(document)}.`.replace('  ', ' '),
    fixes: [otherStack],
  },
  {
    pattern:
      /illegal memory access|device-side assert|unspecified launch failure|misaligned address|illegal instruction/i,
    code: 'gpu-kernel-crashed',
    sentence: () => 'A computation on the GPU crashed.',
    fixes: [sdpa, { label: "Read the kernel's word", command: 'sudo dmesg | grep -i xid' }],
  },
  {
    pattern: /(?:CUBLAS|CUDNN)_STATUS_\w+|cuDNN error/,
    code: 'gpu-library-error',
    sentence: () => 'A CUDA library does not work on this GPU.',
    fixes: [otherStack],
  },
  {
    pattern: /gave a wrong result/,
    code: 'gpu-result-wrong',
    sentence: () => 'The GPU computes wrong results.',
    fixes: [sdpa],
  },
];

/** Of a process that the alarm of the proof ended: 128 and the number of SIGALRM. */
const ENDED_BY_ALARM = 142;
const KILLED = 137;
/** A signal that no limit sends: SIGILL, SIGABRT, SIGBUS, SIGSEGV. */
const CRASHES = [132, 134, 135, 139];

/** Names why the proof was not given. */
export function explainKernelProof(
  { exitCode, text }: ProofOutput,
  document: ProofDocument | null,
  asked: Attention,
  phase: PhaseId,
): Failure {
  const said = document?.error ?? '';
  const proof = firstLine(said) || lastLine(text) || `exit code ${exitCode}`;
  const failure = (code: string, sentence: string, fixes: Fix[]) =>
    new Failure({ code, sentence, proof, phase, fixes });
  const row = table.find(
    ({ pattern, step }) => (!step || step === document?.step) && pattern.test(said),
  );
  if (row) return failure(row.code, row.sentence(asked, document), row.fixes);
  if (document?.step === 'gpu') {
    return failure('gpu-not-usable', 'torch sees no GPU that it can use.', [
      { label: 'Does the host see it?', command: 'nvidia-smi' },
    ]);
  }
  if (document?.step === 'attention') {
    return failure('attention-kernel-failed', `${asked} does not run on ${gpuOf(document)}.`, [
      sdpa,
    ]);
  }
  if (exitCode === ENDED_BY_ALARM) {
    return failure('gpu-proof-timeout', 'The GPU did not finish a small computation in time.', [
      whoHasIt,
    ]);
  }
  if (exitCode === KILLED) {
    return failure(
      'container-oom-killed',
      'The try of the GPU was killed (exit code 137): memory ran full.',
      [],
    );
  }
  if (exitCode !== null && CRASHES.includes(exitCode)) {
    return failure('gpu-kernel-crashed', 'A computation on the GPU crashed.', [sdpa]);
  }
  return failure('gpu-proof-broken', 'torch could not be tried on the GPU in the container.', []);
}

const firstLine = (text: string) => text.split('\n')[0]?.trim() ?? '';
const lastLine = (text: string) => text.trimEnd().split('\n').at(-1)?.trim() ?? '';
