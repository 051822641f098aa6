import { describe, expect, it } from 'vitest';
import { readyEngine } from '../../../src/machine/engine-info.ts';
import { demultiplexed, gpusOf } from '../../../src/machine/gpu-container.ts';
import { explainGpuContainer } from '../../../src/machine/gpu-container-problem.ts';
import { gpuRequest } from '../../../src/machine/gpu-request.ts';
import { linuxHost, recordedInfo, recordedVersion } from './fakes.ts';

const plain = { cdiDevices: [] as string[], runtimes: ['runc'], podman: false };
const cdi = {
  ...plain,
  cdiDevices: ['nvidia.com/gpu=0', 'nvidia.com/gpu=1', 'nvidia.com/gpu=all'],
};
const wsl = { ...plain, cdiDevices: ['docker.com/gpu=webgpu', 'nvidia.com/gpu=all'] };

/** facts docker-gpu.md §1 and §2. */
describe('what a container is asked to get', () => {
  it('CDI names the device; Count is 0 and there are no Options', () => {
    expect(gpuRequest(cdi, 1)).toEqual({
      DeviceRequests: [{ Driver: 'cdi', Count: 0, DeviceIDs: ['nvidia.com/gpu=1'] }],
    });
    expect(gpuRequest(cdi, 'all').DeviceRequests?.[0]?.DeviceIDs).toEqual(['nvidia.com/gpu=all']);
  });

  it('WSL lists only all: CUDA chooses inside', () => {
    expect(gpuRequest(wsl, 1)).toEqual({
      DeviceRequests: [{ Driver: 'cdi', Count: 0, DeviceIDs: ['nvidia.com/gpu=all'] }],
      Env: ['CUDA_VISIBLE_DEVICES=1'],
    });
  });

  it('the nvidia runtime where it is configured', () => {
    expect(gpuRequest({ ...plain, runtimes: ['runc', 'nvidia'] }, 'GPU-abc')).toEqual({
      Runtime: 'nvidia',
      Env: ['NVIDIA_VISIBLE_DEVICES=GPU-abc', 'NVIDIA_DRIVER_CAPABILITIES=compute,utility'],
    });
  });

  it('else what --gpus makes: Count or DeviceIDs, never both', () => {
    expect(gpuRequest(plain, 0).DeviceRequests).toEqual([
      { Driver: '', Count: 0, DeviceIDs: ['0'], Capabilities: [['gpu']], Options: {} },
    ]);
    expect(gpuRequest(plain, 'all').DeviceRequests).toEqual([
      { Driver: '', Count: -1, Capabilities: [['gpu']], Options: {} },
    ]);
  });

  it('other kinds of CDI devices do not count, nor does CDI with Podman', () => {
    const webgpu = { ...plain, cdiDevices: ['docker.com/gpu=webgpu'] };
    expect(gpuRequest(webgpu, 0).DeviceRequests?.[0]?.Driver).toBe('');
    expect(gpuRequest({ ...cdi, podman: true }, 0).DeviceRequests?.[0]?.Driver).toBe('');
  });
});

describe('what engines say when they do not hand out the GPU (docker-gpu.md §4)', () => {
  const engine = readyEngine(
    { url: 'unix:///var/run/docker.sock', context: null, remote: false },
    recordedVersion,
    recordedInfo,
    { buildx: null, nowMs: 0 },
  );

  it.each([
    ['could not select device driver "" with capabilities: [[gpu]]', 'gpu-toolkit-missing'],
    ['failed to discover GPU vendor from CDI: no known GPU vendor found', 'gpu-toolkit-missing'],
    ['Unknown runtime specified nvidia', 'gpu-runtime-unknown'],
    ['unknown or invalid runtime name: nvidia', 'gpu-runtime-unknown'],
    ['could not select device driver "cdi" with capabilities: []', 'gpu-cdi-off'],
    ['CDI device injection failed: unresolvable CDI devices nvidia.com/gpu=all', 'gpu-cdi-stale'],
    [
      'nvidia-container-cli: initialization error: load library failed: libnvidia-ml.so.1: cannot open shared object file',
      'gpu-driver-missing',
    ],
    [
      'requirement error: unsatisfied condition: cuda>=12.8, please update your driver',
      'gpu-driver-too-old-for-image',
    ],
    [
      'mount error: failed to add device rules: bpf_prog_query(BPF_CGROUP_DEVICE) failed: operation not permitted',
      'gpu-rootless-cgroups',
    ],
    ['Failed to initialize NVML: Insufficient Permissions', 'gpu-no-permission'],
    ['exec: "nvidia-smi": executable file not found in $PATH: unknown', 'gpu-not-injected'],
    ['something that nobody has seen', 'container-start-failed'],
  ])('%s', (text, code) => {
    const told = explainGpuContainer(`(HTTP code 500) server error - ${text} `, linuxHost, engine);
    expect(told).toMatchObject({ code, proof: expect.stringContaining(text) });
  });

  it('gives complete commands for the toolkit', () => {
    const { fixes } = explainGpuContainer('Unknown runtime specified nvidia', linuxHost, engine);
    expect(fixes.map((fix) => fix.command)).toEqual([
      expect.stringMatching(/^curl .* && sudo apt-get install -y nvidia-container-toolkit$/),
      'sudo nvidia-ctk runtime configure --runtime=docker && sudo systemctl restart docker',
    ]);
  });
});

it('reads the listing out of the engine’s framed log', () => {
  const frame = (stream: number, text: string) => {
    const head = Buffer.alloc(8);
    head[0] = stream;
    head.writeUInt32BE(Buffer.byteLength(text), 4);
    return Buffer.concat([head, Buffer.from(text)]);
  };
  const raw = Buffer.concat([
    frame(1, 'GPU 0: NVIDIA A100-SXM4-40GB (UUID: GPU-1)\n'),
    frame(1, '  MIG 3g.20gb     Device  0: (UUID: MIG-1)\n'),
    frame(2, 'noise'),
  ]);
  expect(gpusOf(demultiplexed(raw))).toEqual(['NVIDIA A100-SXM4-40GB']);
});
