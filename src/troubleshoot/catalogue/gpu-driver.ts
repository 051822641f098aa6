import type { FailureClass } from '../types.ts';
import { fix } from './define.ts';

/** The driver itself. Wordings: nvidia-smi, NVML, NVRM in the kernel's log, CUDA runtime. */
export const gpuDriver: FailureClass[] = [
  {
    code: 'gpu-driver-not-loaded',
    title: 'nvidia-smi does not reach the driver',
    phase: 'prepare',
    tier: 'root',
    cause: 'The driver is not installed, was not built for the running kernel, or is not loaded.',
    fixes: [
      fix('Load it', 'sudo modprobe nvidia'),
      fix('After a kernel update: build it again', 'sudo dkms autoinstall'),
      fix('Is it installed?', 'dpkg -l | grep nvidia-driver'),
    ],
    source: 'nvidia-smi, measured: facts docker-gpu 6 (exit code 9)',
    patterns: [
      /couldn't communicate with the NVIDIA driver/i,
      /modprobe: (?:FATAL|ERROR): .*(?:Module )?nvidia\S* (?:not found|in directory)/i,
      /Bad return status for module build on kernel/i,
    ],
  },
  {
    code: 'gpu-driver-library-missing',
    title: "nvidia-smi does not find the driver's library",
    phase: 'prepare',
    tier: 'root',
    cause:
      'libnvidia-ml.so is not where the linker looks: an incomplete driver, or a container without it.',
    fixes: [
      fix('Install the driver whole', 'sudo ubuntu-drivers install'),
      fix("Renew the linker's list", 'sudo ldconfig'),
    ],
    source: 'nvidia-smi, measured: facts docker-gpu 6 (exit code 12)',
    explains: ['gpu-driver-missing'],
    patterns: [/couldn't find libnvidia-ml\.so library/i],
  },
  {
    code: 'gpu-driver-changed',
    title: 'The driver was updated, the old one is still loaded',
    phase: 'prepare',
    tier: 'root',
    cause: 'Kernel module and library have different versions until the machine is restarted.',
    fixes: [fix('Restart the machine', 'sudo reboot')],
    source: 'gputil#55; mozilla/translations#1167; facts docker-gpu 6 (exit code 18)',
    explains: ['gpu-container-cli', 'container-start-failed', 'gpu-driver-missing'],
    patterns: [
      /Driver\/library version mismatch/i,
      /API mismatch: the (?:client|NVIDIA kernel module)/i,
      /Mismatch in versions between nvidia-smi and NVML/i,
      /CUDA error 803|system has unsupported display driver \/ cuda driver combination/i,
    ],
  },
  {
    code: 'gpu-lost-in-container',
    title: 'A running container lost its GPU',
    phase: 'smoke',
    tier: 'root',
    cause: 'A reload of systemd on the host took the devices away from it.',
    fixes: [
      fix('Make the container anew', 'steadydancer stop && steadydancer start'),
      fix('For good: give the GPU by CDI'),
    ],
    source: 'NVIDIA/nvidia-container-toolkit#48; facts steadydancer 8.34',
    patterns: [/Failed to initialize NVML: Unknown Error/i],
  },
  {
    code: 'gpu-no-permission',
    title: 'This user may not use the GPU',
    phase: 'prepare',
    tier: 'root',
    cause: 'The device files are closed to it, or SELinux closes them.',
    fixes: [
      fix('See them', 'ls -l /dev/nvidia*'),
      fix('SELinux', 'docker run --security-opt=label=disable ...'),
    ],
    source: 'facts docker-gpu 4, 6',
    patterns: [
      /Failed to initialize NVML: Insufficient Permissions/i,
      /make sure \/dev\/nvidia\* files are readable/i,
    ],
  },
  {
    code: 'gpu-none-found',
    title: 'The driver sees no GPU',
    phase: 'prepare',
    tier: 'root',
    cause:
      'RTX 50 cards need the open kernel module; else the card, its power or a BIOS setting (Above 4G, Resizable BAR) is the reason.',
    fixes: [
      fix('Is it in the machine?', 'lspci -d 10de:'),
      fix('RTX 50: use the open module', 'sudo apt-get install -y nvidia-driver-570-open'),
    ],
    source: 'open-gpu-kernel-modules#872, #862; facts docker-gpu 6',
    patterns: [
      { line: /No devices were found/, unless: /make sure/ },
      /NVRM: No NVIDIA (?:GPU|graphics adapter) found/,
      /NVRM: .*requires? (?:use of )?the NVIDIA open/i,
      /RmInitAdapter failed/,
      /NVIDIA GPU.*installed in this system is not supported/i,
    ],
  },
  {
    code: 'gpu-fell-off',
    title: 'The GPU stopped answering',
    phase: 'smoke',
    tier: 'root',
    cause: 'The card fell off the bus: power, heat, riser or a defect.',
    fixes: [
      fix('Restart the machine', 'sudo reboot'),
      fix("Read the kernel's word", 'sudo dmesg | grep -i xid'),
    ],
    source: 'NVIDIA Xid 79; nvidia-smi exit code 15',
    patterns: [
      /fallen off the bus|GPU is lost|Unable to determine the device handle for GPU/i,
      /NVRM: Xid \([^)]*\): (?:79|48|62|63|64|74|94|95|119)\b/,
      /GPU requires reset/i,
    ],
  },
  {
    code: 'gpu-secure-boot',
    title: 'Secure Boot refuses the driver',
    phase: 'prepare',
    tier: 'root',
    cause: 'The kernel module is not signed with a key that the firmware knows.',
    fixes: [
      fix('Enrol the key, then restart', 'sudo mokutil --import /var/lib/shim-signed/mok/MOK.der'),
    ],
    source: 'Linux module signing',
    explains: ['gpu-driver-not-loaded'],
    patterns: [
      /could not insert '?nvidia\S*: (?:Key was rejected by service|Required key not available|Operation not permitted)/i,
      /nvidia: module verification failed.*(?:rejected|Loading of unsigned module)|Loading of unsigned module is (?:rejected|restricted)/i,
    ],
  },
  {
    code: 'gpu-driver-too-old-for-torch',
    title: 'The NVIDIA driver is too old for this torch',
    phase: 'smoke',
    tier: 'root',
    cause: 'torch was built for a newer CUDA than the driver has.',
    detail: 'The driver has {1}.',
    fixes: [
      fix('Update the driver'),
      fix('Or use an older stack', 'steadydancer run --set stack=auto'),
    ],
    source: 'stable-diffusion-webui-docker#667; ComfyUI#6226; facts steadydancer 8.35',
    explains: ['python-exception', 'workflow-node-error', 'gpu-not-usable'],
    patterns: [
      {
        line: /NVIDIA driver on your system is too old(?: \(found version (\d+)\))?/i,
        confidence: 0.95,
      },
      /CUDA driver version is insufficient for CUDA runtime version/i,
      /forward compatibility was attempted on non supported HW/i,
      /the provided PTX was compiled with an unsupported toolchain/i,
    ],
  },
  {
    code: 'gpu-not-usable',
    title: 'CUDA does not start on this GPU',
    phase: 'smoke',
    tier: 'specific',
    cause: 'The driver is there, but CUDA finds no device that it can use.',
    fixes: [
      fix('Does the host see it?', 'nvidia-smi'),
      fix('Is it hidden?', 'echo "$CUDA_VISIBLE_DEVICES"'),
      fix('Restart the machine', 'sudo reboot'),
    ],
    source: 'PyTorch torch/cuda/__init__.py; CUDA runtime',
    explains: ['python-exception', 'workflow-node-error'],
    patterns: [
      { line: /no CUDA-capable device is detected|No CUDA GPUs are available/i },
      {
        line: /CUDA unknown error|cuda error: unknown error|CUDA error: unknown error/i,
      },
      /CUDA initialization: (?!Unexpected)(?!.*driver).*(?:Error|failed)/i,
      /cudaErrorNoDevice|CUDA_ERROR_NO_DEVICE|CUDA_ERROR_NOT_INITIALIZED|system not yet initialized/i,
    ],
  },
  {
    code: 'gpu-busy',
    title: 'The GPU belongs to another program',
    phase: 'smoke',
    tier: 'specific',
    cause: 'It is in exclusive mode, or another program has all of it.',
    fixes: [fix('See who', 'nvidia-smi'), fix('Allow several', 'sudo nvidia-smi -c DEFAULT')],
    source: 'CUDA runtime cudaErrorDevicesUnavailable',
    patterns: [
      /CUDA-capable device\(s\) is\/are busy or unavailable|all CUDA-capable devices are busy/i,
    ],
  },
  {
    code: 'gpu-arch-not-in-torch',
    title: 'This torch has no code for the GPU',
    phase: 'smoke',
    tier: 'specific',
    cause:
      'The GPU is newer or older than the ones torch was built for; RTX 50 needs torch 2.7 with CUDA 12.8.',
    detail: 'The GPU is {1}.',
    fixes: [fix('Build the stack for this GPU', 'steadydancer run --set stack=auto')],
    source: 'pytorch#150733; LeggedLab#26; SageAttention#88; facts steadydancer 8.40, 8.41',
    explains: [
      'workflow-node-error',
      'python-exception',
      'gpu-library-error',
      'gpu-kernel-crashed',
    ],
    patterns: [
      {
        line: /with CUDA capability (sm_\w+) is not compatible with the current PyTorch/i,
        confidence: 0.96,
      },
      /no kernel image is available for execution/i,
      /(?:PyTorch no longer supports this GPU because it is too old|minimum cuda capability supported by this library)/i,
      /cudaErrorNoKernelImageForDevice|device kernel image is invalid/i,
    ],
  },
  {
    code: 'gpu-kernel-crashed',
    title: 'A computation on the GPU crashed',
    phase: 'smoke',
    tier: 'specific',
    cause: 'A kernel read outside its memory, or the card made an error.',
    fixes: [
      fix('Try the plain attention', 'steadydancer run --set attention=sdpa', 'attention-sdpa'),
      fix("Read the kernel's word", 'sudo dmesg | grep -i xid'),
    ],
    source: 'CUDA runtime',
    explains: ['workflow-node-error', 'python-exception'],
    patterns: [
      /illegal memory access was encountered|device-side assert triggered|unspecified launch failure|misaligned address|illegal instruction was encountered/i,
      /NVRM: Xid \([^)]*\): (?:13|31|43|45)\b/,
    ],
  },
  {
    code: 'gpu-library-error',
    title: 'A CUDA library does not work on this GPU',
    phase: 'smoke',
    tier: 'specific',
    cause:
      'cuBLAS, cuDNN or cuSPARSE ended with an error: too little video memory left, or versions that do not fit.',
    fixes: [
      fix('Swap more blocks', 'steadydancer run --set blockSwap=40', 'block-swap-more'),
      fix('Take libraries of one stack', 'steadydancer run --set stack=auto'),
    ],
    source: 'cuBLAS, cuDNN status names',
    explains: ['workflow-node-error'],
    patterns: [
      /(?:CUBLAS|CUDNN|CUSPARSE|CUFFT)_STATUS_(?!SUCCESS|ALLOC_FAILED)\w+/,
      /cuDNN error: |GET was unable to find an engine to execute this computation/,
    ],
  },
  {
    code: 'torch-without-cuda',
    title: 'torch is the build without CUDA',
    phase: 'dependencies',
    tier: 'specific',
    cause: 'A package replaced torch by the one for processors, or the wrong index was used.',
    fixes: [
      fix(
        'Install the CUDA build',
        'pip install torch --index-url https://download.pytorch.org/whl/cu128',
      ),
      fix('Keep others from replacing it', 'export PIP_CONSTRAINT=/torch-constraint.txt'),
    ],
    source: 'PyTorch torch/cuda/__init__.py',
    explains: ['python-exception', 'workflow-node-error', 'gpu-not-usable'],
    patterns: [
      /Torch not compiled with CUDA enabled/i,
      /Attempting to deserialize object on a CUDA device but torch\.cuda\.is_available\(\) is False/i,
    ],
  },
];
