import type { Fix } from '../contract/diagnosis.ts';
import type { Ended } from '../ports/processes.ts';
import { sudo } from './engine-fixes.ts';
import type { PciGpu } from './pci.ts';
import type { GpuProblem, Host, MissingGpu } from './types.ts';

export interface GpuEvidence {
  /** How nvidia-smi ended; null when there is none. */
  ended: Ended | null;
  /** NVIDIA GPUs on the PCI bus. */
  pci: PciGpu[];
  host: Host;
  /** Seconds that were waited. */
  waitedSeconds: number;
}

/** Names why no GPU can be used. Pure. Exit codes and texts: facts docker-gpu.md §6. */
export function explainGpuProblem(evidence: GpuEvidence): MissingGpu {
  const state = gpuProblem(evidence);
  return { state, proof: proofOf(evidence), ...explanations[state](evidence) };
}

export function gpuProblem({ ended, pci }: GpuEvidence): GpuProblem {
  const inThePc = pci.length > 0;
  if (ended === null || ended.errno === 'ENOENT') return inThePc ? 'no-tool' : 'none';
  if (ended.timedOut) return 'hang';
  // The texts of exit codes 9 and 12 go to stdout, those of others to either (measured).
  const said = `${ended.stdout}\n${ended.stderr}`;
  if (ended.errno === 'EACCES') return 'no-permission';
  if (ended.exitCode === 18 || /version mismatch/i.test(said)) return 'version-mismatch';
  if (ended.exitCode === 9 || /couldn't communicate with the NVIDIA driver/.test(said)) {
    return 'driver-not-loaded';
  }
  if (ended.exitCode === 12 || /couldn't find libnvidia-ml/.test(said)) return 'library-missing';
  if (ended.exitCode === 4 || /Insufficient Permissions|readable by current user/.test(said)) {
    return 'no-permission';
  }
  if (ended.exitCode === 6 || /No devices were found/.test(said)) {
    return inThePc ? 'unseen-by-driver' : 'no-devices';
  }
  return 'broken';
}

const explanations: Record<GpuProblem, (e: GpuEvidence) => { sentence: string; fixes: Fix[] }> = {
  none: () => ({ sentence: 'This computer has no NVIDIA GPU.', fixes: [] }),
  'no-tool': ({ host }) => ({
    sentence: 'An NVIDIA GPU is in this PC, but its driver is not installed.',
    fixes: driverFixes(host),
  }),
  'no-devices': () => ({
    sentence: 'The NVIDIA driver is installed and finds no GPU.',
    fixes: [],
  }),
  'driver-not-loaded': ({ host }) => ({
    sentence: 'The NVIDIA driver is installed but not loaded.',
    fixes:
      host.wslDistro !== null
        ? [wslRestart]
        : [
            { label: 'Load it', command: `${sudo(host)}modprobe nvidia` },
            {
              label: 'After a kernel update, build it again',
              command: `${sudo(host)}dkms autoinstall`,
            },
          ],
  }),
  'library-missing': ({ host }) => ({
    sentence: 'nvidia-smi is there, but the driver library that belongs to it is not.',
    fixes: host.wslDistro !== null ? [wslRestart] : driverFixes(host),
  }),
  'version-mismatch': ({ host }) => ({
    sentence: 'The NVIDIA driver was updated and this PC has not been restarted since.',
    fixes:
      host.wslDistro !== null
        ? [wslRestart]
        : [{ label: 'Restart', command: `${sudo(host)}reboot` }],
  }),
  'no-permission': ({ host }) => ({
    sentence: `${host.user} may not use the GPU's device files.`,
    fixes: [
      { label: 'See who may', command: 'ls -l /dev/nvidia*' },
      {
        label: `Add ${host.user} to groups video and render`,
        command: `sudo usermod -aG video,render ${host.user}`,
      },
    ],
  }),
  'unseen-by-driver': ({ host }) => ({
    sentence: 'An NVIDIA GPU is in this PC, its driver does not see it.',
    // NVIDIA/open-gpu-kernel-modules#872 and #862: the two usual causes, above all with RTX 50.
    fixes: [
      {
        label: 'RTX 50 needs the open kernel module: install it and restart',
        command: openModuleCommand(host),
      },
      { label: 'In the BIOS turn on "Above 4G Decoding" and "Resizable BAR"' },
      { label: 'See what the driver says', command: `${sudo(host)}dmesg | grep -i nvrm` },
    ],
  }),
  hang: ({ host, waitedSeconds }) => ({
    sentence: `nvidia-smi gave no answer in ${waitedSeconds} s: the GPU or its driver hangs.`,
    fixes: [
      host.wslDistro !== null ? wslRestart : { label: 'Restart', command: `${sudo(host)}reboot` },
    ],
  }),
  broken: ({ ended, host }) => ({
    sentence:
      ended?.exitCode === 15
        ? 'The GPU has fallen off the bus: the driver has lost it.'
        : 'nvidia-smi answers with an error.',
    fixes: [
      { label: 'See what the driver says', command: `${sudo(host)}dmesg | grep -iE 'nvrm|xid'` },
    ],
  }),
};

const wslRestart: Fix = {
  label: 'Update the NVIDIA driver in Windows, then restart WSL (closes all Linux windows)',
  command: 'wsl.exe --shutdown',
};

function driverFixes(host: Host): Fix[] {
  if (host.wslDistro !== null) return [wslRestart];
  const label = 'Install the driver, then restart';
  const become = sudo(host);
  for (const id of host.distro ?? []) {
    if (id === 'ubuntu') return [{ label, command: `${become}ubuntu-drivers install` }];
    if (id === 'debian') {
      const command = `${become}apt-get update && ${become}apt-get install -y nvidia-driver`;
      return [{ label: `${label} (component non-free must be on)`, command }];
    }
    if (id === 'arch') return [{ label, command: `${become}pacman -S --needed nvidia-open` }];
    if (id === 'fedora') {
      return [
        {
          label: `${label} (RPM Fusion must be on)`,
          command: `${become}dnf install -y akmod-nvidia`,
        },
      ];
    }
  }
  return [{ label: `${label}: https://www.nvidia.com/drivers` }];
}

function openModuleCommand(host: Host): string {
  const become = sudo(host);
  for (const id of host.distro ?? []) {
    if (id === 'arch') return `${become}pacman -S nvidia-open`;
    if (id === 'debian' && !host.distro?.includes('ubuntu')) {
      return `${become}apt-get install -y nvidia-open-kernel-dkms`;
    }
    if (id === 'fedora')
      return `${become}sh -c 'echo "%_with_kmod_nvidia_open 1" > /etc/rpm/macros.nvidia-kmod && akmods --force'`;
  }
  return `${become}apt-get install -y nvidia-driver-580-open`;
}

function proofOf({ ended, pci }: GpuEvidence): string {
  if (ended === null || ended.errno === 'ENOENT') {
    const seen = pci.map((gpu) => `${gpu.slot} 10de:${gpu.device.slice(2)}`).join(', ');
    return seen ? `PCI ${seen}; nvidia-smi is not there` : 'no nvidia-smi, no PCI device of 10de';
  }
  if (ended.timedOut) return 'nvidia-smi: no answer';
  const line = `${ended.stdout}\n${ended.stderr}`.split('\n').find((text) => text.trim() !== '');
  return line?.trim() ?? `nvidia-smi: exit ${ended.exitCode ?? ended.errno}`;
}
