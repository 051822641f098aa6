import type { Fix } from '../contract/diagnosis.ts';
import { Failure } from '../contract/failure.ts';

export const launchCodes = [
  'container-exited',
  'container-oom-killed',
  'container-gpu-unavailable',
  'container-not-ready',
  'container-start-failed',
  'container-name-taken',
  'container-missing',
  'disk-full',
  'container-wrong-architecture',
  'image-missing',
  'mount-denied',
  'port-taken',
] as const;
export type LaunchCode = (typeof launchCodes)[number];

interface Refusal {
  pattern: RegExp;
  code: LaunchCode;
  sentence: string;
  fixes?: Fix[];
}

const toolkit: Fix[] = [
  {
    label: 'Install the NVIDIA container toolkit and restart Docker, then check again',
    command: 'steadydancer doctor',
  },
];
const driver: Fix[] = [{ label: 'See what the driver says', command: 'nvidia-smi' }];

/** Wordings of engines and of NVIDIA's hook: docker-gpu facts §4 unless a line names another source. */
const gpuRefusals: Refusal[] = [
  {
    pattern:
      /could not select device driver|failed to discover GPU vendor|AMD CDI spec not found|no CDI device driver registered|nknown(?: or invalid)? runtime (?:specified|name)/,
    code: 'container-gpu-unavailable',
    sentence:
      'Docker cannot give a GPU to containers: it does not see the NVIDIA container toolkit.',
    fixes: toolkit,
  },
  {
    pattern: /unresolvable CDI devices/,
    code: 'container-gpu-unavailable',
    sentence: 'Docker cannot give the GPU to containers: its CDI file is missing or out of date.',
    fixes: [
      {
        label: 'Write the CDI file again',
        command: 'sudo nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml',
      },
    ],
  },
  {
    pattern: /unsatisfied condition: cuda/,
    code: 'container-gpu-unavailable',
    sentence: 'The NVIDIA driver is too old for the CUDA version of this image.',
    fixes: driver,
  },
  {
    pattern: /bpf_prog_query\(BPF_CGROUP_DEVICE\) failed/,
    code: 'container-gpu-unavailable',
    sentence: 'A rootless Docker may not hand out devices by cgroup.',
    fixes: [
      {
        label: 'Turn cgroups off for the toolkit',
        command: 'sudo nvidia-ctk config --set nvidia-container-cli.no-cgroups --in-place',
      },
    ],
  },
  {
    pattern: /nvidia-container-cli|libnvidia-ml\.so|nvml error|Failed to initialize NVML/,
    code: 'container-gpu-unavailable',
    sentence: 'The NVIDIA driver of this computer does not answer in a container.',
    fixes: driver,
  },
];

const otherRefusals: Refusal[] = [
  {
    // moby libnetwork portallocator; portmapper's bind; Docker 28 "failed to bind host port";
    // Desktop "ports are not available"; Hyper-V's reservation (docker/for-win#9272).
    pattern:
      /port is already allocated|address already in use|failed to bind host port|ports are not available|forbidden by its access permissions/i,
    code: 'port-taken',
    sentence: 'The port is taken.',
  },
  {
    // moby daemon/images: 404 at create.
    pattern: /no such image/i,
    code: 'image-missing',
    sentence: 'The image is not in this Docker.',
    fixes: [{ label: 'Build it', command: 'steadydancer run' }],
  },
  {
    // moby volume/mounts/parser; Docker Desktop's file sharing; runc on a folder that it may not enter.
    pattern:
      /bind source path does not exist|mounts denied|is not shared from|error mounting|error while creating mount source path/i,
    code: 'mount-denied',
    sentence: 'A folder cannot be given to the container.',
  },
  {
    pattern: /no space left on device/,
    code: 'disk-full',
    sentence: "Docker's disk is full: the container could not be made.",
    fixes: [{ label: 'See what can be removed', command: 'steadydancer clean' }],
  },
  {
    // execve(2) ENOEXEC.
    pattern: /exec format error/,
    code: 'container-wrong-architecture',
    sentence: 'The image was built for another processor than this one.',
    fixes: [{ label: 'Build it for this computer', command: 'steadydancer run --no-cache' }],
  },
];

/** What a line of a container's log says about the GPU: torch's own words (torch/cuda/__init__.py). */
const gpuLines =
  /Found no NVIDIA driver on your system|Torch not compiled with CUDA enabled|No CUDA GPUs are available|CUDA driver version is insufficient|no kernel image is available for execution|CUDA unknown error/;

/** True when a log line says that the program did not get its GPU. */
export function saysNoGpu(line: string): boolean {
  return gpuLines.test(line) || gpuRefusals.some(({ pattern }) => pattern.test(line));
}

/** The engine's refusal to make or start a container, as a Failure with its words as proof. */
export function refusalOf(error: unknown, name: string): Failure {
  if (error instanceof Failure) return error;
  const proof = engineWords(error);
  const known = [...gpuRefusals, ...otherRefusals].find(({ pattern }) => pattern.test(proof));
  return new Failure(
    {
      code: known?.code ?? 'container-start-failed',
      sentence: known?.sentence ?? `Docker did not start the container ${name}.`,
      proof,
      phase: 'launch',
      fixes: known?.fixes ?? [],
    },
    { cause: error },
  );
}

/** The message of an answer of the engine, without dockerode's words around it. */
export function engineWords(error: unknown): string {
  const json = (error as { json?: { message?: unknown } | null }).json;
  if (typeof json?.message === 'string') return json.message;
  return error instanceof Error ? error.message : String(error);
}

/** HTTP status of an answer of the engine, null where there was none. */
export function engineStatus(error: unknown): number | null {
  const status = (error as { statusCode?: unknown }).statusCode;
  return typeof status === 'number' ? status : null;
}
