import type { FailureClass } from '../types.ts';
import { fix } from './define.ts';

const toolkit = [
  fix('Install the NVIDIA Container Toolkit', 'sudo apt-get install -y nvidia-container-toolkit'),
  fix(
    'Make Docker use it',
    'sudo nvidia-ctk runtime configure --runtime=docker && sudo systemctl restart docker',
  ),
];
const cdi = fix(
  'Write the CDI file anew',
  'sudo nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml',
);

/** Giving a GPU to a container. Wordings: moby daemon/devices*, libnvidia-container, CDI. */
export const gpuRuntime: FailureClass[] = [
  {
    code: 'gpu-toolkit-missing',
    title: 'Docker cannot give GPUs to containers',
    phase: 'prepare',
    tier: 'root',
    cause:
      'The NVIDIA Container Toolkit is missing, or Docker was not restarted after it was installed.',
    fixes: toolkit,
    source: 'NVIDIA/nvidia-docker#1352, #1642; ragflow#9573; facts docker-gpu 4',
    explains: ['container-start-failed'],
    patterns: [
      { line: /could not select device driver "(?:nvidia)?"/i, confidence: 0.97 },
      { line: /failed to discover GPU vendor from CDI/i, confidence: 0.97 },
      /could not select device driver .*capabilities: \[\[?gpu/i,
      /nvidia-container-(?:runtime|cli|toolkit)(?:-hook)?"?: (?:executable file )?not found|exec: "nvidia-container-runtime/i,
    ],
  },
  {
    code: 'gpu-runtime-unknown',
    title: 'Docker does not know the runtime nvidia',
    phase: 'prepare',
    tier: 'root',
    cause: 'The toolkit is not entered in daemon.json.',
    fixes: toolkit.slice(1),
    source: 'moby daemon/runtime_unix.go; facts docker-gpu 4, measured',
    explains: ['container-start-failed'],
    patterns: [
      /unknown (?:or invalid )?runtime (?:name|specified)?:? ?"?nvidia/i,
      /runtime "nvidia" (?:not found|is not)/i,
    ],
  },
  {
    code: 'gpu-cdi-off',
    title: 'Docker does not use CDI',
    phase: 'prepare',
    tier: 'root',
    cause: 'The engine is older than 25, or CDI is off in daemon.json.',
    fixes: [
      fix(
        'Switch it on: {"features":{"cdi":true}} in /etc/docker/daemon.json, then',
        'sudo systemctl restart docker',
      ),
    ],
    source: 'moby daemon/cdi.go; facts docker-gpu 2, 4',
    explains: ['gpu-toolkit-missing', 'container-start-failed'],
    patterns: [/could not select device driver "cdi"/i, /no CDI device driver registered/i],
  },
  {
    code: 'gpu-cdi-stale',
    title: 'The CDI file does not describe this GPU',
    phase: 'prepare',
    tier: 'root',
    cause: 'There is no CDI file, or it is older than the driver.',
    fixes: [cdi, fix('See what it lists', 'nvidia-ctk cdi list')],
    source: 'moby#47633; tags.cncf.io/container-device-interface; facts docker-gpu 4',
    explains: ['container-start-failed', 'gpu-toolkit-missing'],
    patterns: [
      /unresolvable CDI devices/i,
      /CDI device injection failed/i,
      /AMD CDI spec not found/i,
      /failed to inject CDI devices|CDI devices? .*not found/i,
    ],
  },
  {
    code: 'gpu-driver-missing',
    title: 'The NVIDIA driver is not installed or not loaded',
    phase: 'prepare',
    tier: 'root',
    cause: 'The toolkit is there, the driver of the host is not.',
    fixes: [
      fix('Install it', 'sudo ubuntu-drivers install'),
      fix('WSL: install the driver in Windows, never in Linux'),
    ],
    source: 'docker/for-win#13835; libnvidia-container#231; facts steadydancer 8.31',
    explains: ['container-start-failed', 'library-missing'],
    patterns: [
      /load library failed: libnvidia-ml\.so/i,
      /nvml error: driver not loaded|driver\/library not found|nvidia-container-cli: .*driver not loaded/i,
      /nvidia-container-cli: .*libnvidia-ml\.so\.1: cannot open/i,
      /libnvidia-ml\.so\.1: cannot open shared object file/i,
      /failed to initialize NVML: (?:ERROR_LIBRARY_NOT_FOUND|Driver Not Loaded)/i,
    ],
  },
  {
    code: 'gpu-driver-too-old-for-image',
    title: 'The NVIDIA driver is too old for this image',
    phase: 'launch',
    tier: 'root',
    cause: 'The image asks for a CUDA version that the driver does not have.',
    detail: 'It asks for {1}.',
    fixes: [
      fix('Update the driver (CUDA 12.8 needs 570 on Linux, 570.65 on Windows)'),
      fix('Or use an older stack', 'steadydancer run --set stack=auto'),
    ],
    source: 'PETRIC2#27; llama.cpp#9665; dashdot#1226; facts steadydancer 8.30',
    explains: ['container-start-failed', 'gpu-container-cli'],
    patterns: [
      /unsatisfied condition: (cuda ?>=? ?[\d.]+)/i,
      /requirement error: .*please update your driver/i,
    ],
  },
  {
    code: 'gpu-wsl-no-adapter',
    title: 'WSL sees no GPU',
    phase: 'prepare',
    tier: 'root',
    cause: 'The distribution runs under WSL 1, WSL is old, or the Windows driver is.',
    fixes: [
      fix('In Windows', 'wsl --update'),
      fix('Is it version 2?', 'wsl -l -v'),
      fix('Update the NVIDIA driver in Windows'),
    ],
    source: 'stable-diffusion-webui-docker#117; UltraRAG#12; facts steadydancer 8.32',
    explains: ['container-start-failed', 'gpu-container-cli'],
    patterns: [
      /WSL environment detected but no adapters were found/i,
      /Failed to initialize NVML: GPU access blocked by the operating system/i,
    ],
  },
  {
    code: 'gpu-rootless-cgroups',
    title: 'Docker without root may not give out devices',
    phase: 'launch',
    tier: 'root',
    cause: 'The toolkit must leave cgroups alone in rootless Docker.',
    fixes: [
      fix('Tell it', 'sudo nvidia-ctk config --set nvidia-container-cli.no-cgroups --in-place'),
    ],
    source: 'NVIDIA/nvidia-container-toolkit#1487; facts docker-gpu 4, 7',
    explains: ['container-start-failed', 'gpu-container-cli'],
    patterns: [/bpf_prog_query\(BPF_CGROUP_DEVICE\) failed/i, /failed to add device rules/i],
  },
  {
    code: 'gpu-device-unknown',
    title: 'The GPU that was asked for does not exist',
    phase: 'launch',
    tier: 'root',
    cause: 'The index or UUID is not one of this machine.',
    detail: 'Asked for {1}.',
    fixes: [
      fix('List them', 'nvidia-smi -L'),
      fix('Let the wizard choose', 'steadydancer run --set gpu=auto', 'gpu-auto'),
    ],
    source: 'libnvidia-container',
    explains: ['container-start-failed', 'gpu-container-cli'],
    patterns: [
      /nvidia-container-cli: device error: (\S+): unknown device/i,
      /CUDA error: invalid device ordinal|invalid device ordinal/i,
      /cannot set both Count and DeviceIDs/i,
    ],
  },
  {
    code: 'gpu-container-cli',
    title: 'The NVIDIA part of the container start ended with an error',
    phase: 'launch',
    tier: 'specific',
    cause: 'nvidia-container-cli could not prepare the GPU; the end of the line says why.',
    detail: 'It says: {1}.',
    fixes: [
      fix('Does the driver work on the host?', 'nvidia-smi'),
      fix('Look closer', 'sudo nvidia-container-cli -k -d /dev/stderr info'),
      cdi,
    ],
    source: 'libnvidia-container#103; facts steadydancer 8.33',
    explains: ['container-start-failed'],
    patterns: [
      {
        line: /nvidia-container-cli: ((?:initialization|mount|device|detection|ldcache|container|input|driver|permission) error: .*?)(?:: unknown\.?|\\n|$)/i,
        confidence: 0.85,
      },
    ],
  },
  {
    code: 'gpu-not-injected',
    title: 'The container was started without the GPU',
    phase: 'launch',
    tier: 'specific',
    cause: "No GPU was given to it (--gpus), or the image does not ask for the driver's tools.",
    fixes: [
      fix('Start it with', 'docker run --gpus all ...'),
      fix(
        'In a base of your own',
        'ENV NVIDIA_VISIBLE_DEVICES=all NVIDIA_DRIVER_CAPABILITIES=compute,utility',
      ),
    ],
    source: 'cog-comfyui#234; facts steadydancer 8.36, docker-gpu 4, 5',
    explains: [
      'entrypoint-missing',
      'command-missing',
      'python-exception',
      'workflow-node-error',
      'container-start-failed',
    ],
    patterns: [
      { line: /Found no NVIDIA driver on your system/i, unless: /UserWarning/, confidence: 0.95 },
      { line: /exec: "nvidia-smi": executable file not found/i, confidence: 0.95 },
      { line: /nvidia-smi: (?:command )?not found/, confidence: 0.9 },
      {
        line: /libcuda\.so(?:\.1)?: cannot open shared object file|libcuda\.so cannot found|Failed to load libcuda/i,
      },
      { line: /WARNING: The NVIDIA Driver was not detected/i, confidence: 0.85 },
    ],
  },
];
