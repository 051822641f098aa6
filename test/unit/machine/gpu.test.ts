import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { observeGpu } from '../../../src/machine/gpu.ts';
import { systemProcesses } from '../../../src/ports/processes.ts';
import { fakeFile, fakeProgram, linuxHost, scratch } from './fakes.ts';

let dir: string;
let remove: () => Promise<void>;
beforeEach(async () => {
  ({ dir, remove } = await scratch());
});
afterEach(() => remove());

const recordings = join(import.meta.dirname, '../../fixtures/nvidia-smi');

/** Looks with a fake nvidia-smi on PATH, in a world whose /sys is the scratch folder's. */
async function withSmi(script: string | null, { wsl = false, timeoutMs = 5_000 } = {}) {
  const PATH =
    script === null ? join(dir, 'nothing') : await fakeProgram(dir, 'nvidia-smi', script);
  const host = wsl ? { ...linuxHost, wslDistro: 'Ubuntu-24.04' } : linuxHost;
  return observeGpu({ env: { PATH }, host, processes: systemProcesses, root: dir, timeoutMs });
}

async function pciGpu(driver: string | null) {
  const at = 'sys/bus/pci/devices/0000:01:00.0';
  await fakeFile(dir, `${at}/vendor`, '0x10de\n');
  await fakeFile(dir, `${at}/class`, '0x030000\n');
  await fakeFile(dir, `${at}/device`, '0x2b85\n');
  await fakeFile(dir, `${at}/uevent`, driver ? `DRIVER=${driver}\n` : '');
}

/** As the recorded H100 answers. */
const good = `case "$*" in
  "-q -x") cat ${recordings}/busy.xml;;
  *compute_cap*) echo "0, GPU-be86ee4c-e644-fd96-a340-ce4ce26c27aa, NVIDIA H100 80GB HBM3, 580.159.04, 81559, 72361, Disabled, 9.0";;
  *) cat ${recordings}/nvidia-smi.txt;;
esac`;

describe('a GPU that its driver sees', () => {
  it('has name, memory, capability, CUDA and who uses it', async () => {
    const gpu = await withSmi(good);
    expect(gpu).toMatchObject({
      state: 'ready',
      driver: '580.159.04',
      cuda: '13.0',
      gpus: [{ index: 0, computeCapability: '9.0', memoryFreeBytes: 72361 * 2 ** 20 }],
    });
  });

  it('is asked again without compute_cap where nvidia-smi does not know it', async () => {
    const gpu = await withSmi(`case "$*" in
      "-q -x") echo "<nvidia_smi_log><driver_version>470.256.02</driver_version></nvidia_smi_log>";;
      *compute_cap*) echo 'Field "compute_cap" is not a valid field to query.'; exit 2;;
      --query-gpu*) echo "0, GPU-1, NVIDIA GeForce RTX 3090, 470.256.02, 24268, 24000, [N/A]";;
      *) echo "| NVIDIA-SMI 470.256.02   Driver Version: 470.256.02   CUDA Version: 11.4     |";;
    esac`);
    expect(gpu).toMatchObject({
      state: 'ready',
      cuda: '11.4',
      gpus: [{ computeCapability: '8.6' }],
    });
  });

  it('may be one whose memory the driver does not know', async () => {
    const gpu = await withSmi(`case "$*" in
      --query-gpu*) echo "0, GPU-1, NVIDIA GB10, 580.95.05, [N/A], [N/A], [N/A], 12.1";;
      *) exit 255;;
    esac`);
    expect(gpu).toMatchObject({ state: 'ready', cuda: null, gpus: [{ memoryTotalBytes: null }] });
  });
});

describe('named states', () => {
  // Texts: measured with Debian's 535 and 550 binaries, and recorded (errors.txt).
  it.each([
    [
      'driver-not-loaded',
      `echo "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. Make sure that the latest NVIDIA driver is installed and running."; exit 9`,
      'sudo modprobe nvidia',
    ],
    [
      'library-missing',
      `echo "NVIDIA-SMI couldn't find libnvidia-ml.so library in your system. Please make sure that the NVIDIA Display Driver is properly installed and present in your system."; exit 12`,
      'sudo ubuntu-drivers install',
    ],
    [
      'version-mismatch',
      'echo "Failed to initialize NVML: Driver/library version mismatch"; echo "NVML library version: 535.161"; exit 18',
      'sudo reboot',
    ],
    ['no-devices', 'echo "No devices were found"; exit 6', undefined],
    [
      'no-permission',
      'echo "Failed to initialize NVML: Insufficient Permissions"; exit 4',
      'ls -l /dev/nvidia*',
    ],
    [
      'broken',
      'echo "Unable to determine the device handle for GPU0000:01:00.0: GPU is lost."; exit 15',
      "sudo dmesg | grep -iE 'nvrm|xid'",
    ],
    ['broken', 'echo garbage', "sudo dmesg | grep -iE 'nvrm|xid'"],
    ['broken', 'kill -SEGV $$', "sudo dmesg | grep -iE 'nvrm|xid'"],
  ])('%s', async (state, script, command) => {
    const gpu = await withSmi(script);
    expect(gpu.state).toBe(state);
    if (gpu.state === 'ready') throw new Error('not ready was expected');
    expect(gpu.proof).not.toBe('');
    expect(gpu.fixes[0]?.command).toBe(command);
  });

  it('unseen-by-driver: no devices, but one is on the bus', async () => {
    await pciGpu('nvidia');
    const gpu = await withSmi('echo "No devices were found"; exit 6');
    expect(gpu.state).toBe('unseen-by-driver');
    if (gpu.state === 'ready') throw new Error('not ready was expected');
    expect(gpu.fixes.map((fix) => fix.label).join()).toMatch(/open kernel module.*Above 4G/);
  });

  it('no-tool: one is on the bus and nothing of NVIDIA is installed', async () => {
    await pciGpu('nouveau');
    expect(await withSmi(null)).toMatchObject({
      state: 'no-tool',
      proof: 'PCI 0000:01:00.0 10de:2b85; nvidia-smi is not there',
    });
  });

  it('none: nothing anywhere', async () => {
    expect(await withSmi(null)).toMatchObject({ state: 'none', fixes: [] });
  });

  it('hang: a program that does not end, not even when it is told to', async () => {
    const started = performance.now();
    const gpu = await withSmi('trap "" TERM; for each in $(seq 100); do sleep 0.1; done', {
      timeoutMs: 400,
    });
    expect(gpu.state).toBe('hang');
    expect(performance.now() - started).toBeLessThan(1_500);
  });

  it('in WSL the cure is in Windows', async () => {
    const gpu = await withSmi(
      'echo "Failed to initialize NVML: Driver/library version mismatch"; exit 18',
      { wsl: true },
    );
    expect(gpu.state === 'ready' ? null : gpu.fixes[0]?.command).toBe('wsl.exe --shutdown');
  });
});
