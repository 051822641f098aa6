import type { Fix } from '../contract/diagnosis.ts';
import { sudo } from './engine-fixes.ts';
import type { Host, ReadyEngine } from './types.ts';

export interface GpuContainerProblem {
  code: string;
  sentence: string;
  proof: string;
  fixes: Fix[];
}

interface Row {
  pattern: RegExp;
  code: string;
  sentence: string;
  fixes: (host: Host, engine: ReadyEngine) => Fix[];
}

/** What engines and NVIDIA's toolkit say, and what it means: facts docker-gpu.md §4. First match counts. */
const table: readonly Row[] = [
  {
    pattern: /libnvidia-ml\.so\.1: cannot open shared object file|nvml error: driver not loaded/,
    code: 'gpu-driver-missing',
    sentence: "NVIDIA's container toolkit is installed, but the GPU's driver is not loaded.",
    fixes: () => [{ label: 'See what the driver says', command: 'nvidia-smi' }],
  },
  {
    pattern: /unsatisfied condition: cuda/,
    code: 'gpu-driver-too-old-for-image',
    sentence: "The GPU's driver is too old for this image.",
    fixes: () => [{ label: 'Update the NVIDIA driver: https://www.nvidia.com/drivers' }],
  },
  {
    pattern: /bpf_prog_query\(BPF_CGROUP_DEVICE\) failed/,
    code: 'gpu-rootless-cgroups',
    sentence: "Rootless Docker may not use the toolkit's device rules.",
    fixes: () => [
      {
        label: 'Turn the device rules off (for all engines of this machine)',
        command: 'sudo nvidia-ctk config --set nvidia-container-cli.no-cgroups --in-place',
      },
    ],
  },
  {
    pattern: /Insufficient Permissions/,
    code: 'gpu-no-permission',
    sentence: 'SELinux keeps the container from the GPU.',
    fixes: () => [],
  },
  {
    pattern: /Failed to initialize NVML: Unknown Error/,
    code: 'gpu-lost-in-container',
    sentence: 'The container has lost the GPU: services were reloaded while it ran.',
    fixes: () => [],
  },
  {
    pattern: /driver error: failed to process request/,
    code: 'gpu-container-cli',
    sentence: "The GPU's driver refuses to answer a container.",
    fixes: ({ wslDistro }) =>
      wslDistro === null
        ? [{ label: 'See what the driver says', command: 'nvidia-smi' }]
        : [{ label: 'Update the NVIDIA driver in Windows, then', command: 'wsl.exe --shutdown' }],
  },
  {
    pattern: /unresolvable CDI devices|setting up CDI devices/,
    code: 'gpu-cdi-stale',
    sentence: "The engine's list of GPUs (CDI) does not have this one.",
    fixes: (host) => [
      {
        label: 'Write the list again',
        command: `${sudo(host)}nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml`,
      },
    ],
  },
  {
    pattern: /could not select device driver "cdi"|no CDI device driver registered/,
    code: 'gpu-cdi-off',
    sentence: 'This engine has CDI turned off or is too old for it.',
    fixes: toolkitFixes,
  },
  {
    pattern: /[Uu]nknown.*runtime.*nvidia/,
    code: 'gpu-runtime-unknown',
    sentence: 'This engine knows no nvidia runtime.',
    fixes: toolkitFixes,
  },
  {
    pattern:
      /could not select device driver|failed to discover GPU vendor from CDI|AMD CDI spec not found/,
    code: 'gpu-toolkit-missing',
    sentence:
      "The engine cannot hand out GPUs: NVIDIA's container toolkit is missing or not in use.",
    fixes: toolkitFixes,
  },
  {
    pattern: /"?nvidia-smi"?: executable file not found/,
    code: 'gpu-not-injected',
    sentence: 'The container started without the GPU.',
    fixes: toolkitFixes,
  },
];

/** Names what a refused or failed GPU container means; unknown texts are passed on as they are. */
export function explainGpuContainer(
  text: string,
  host: Host,
  engine: ReadyEngine,
): GpuContainerProblem {
  const row = table.find(({ pattern }) => pattern.test(text));
  const lines = text.split('\n').map((line) => line.trim());
  const line = lines.find((candidate) => row?.pattern.test(candidate)) ?? lines.find(Boolean) ?? '';
  return {
    code: row?.code ?? 'container-start-failed',
    sentence: row?.sentence ?? 'A container with the GPU could not be started.',
    proof: line,
    fixes: row?.fixes(host, engine) ?? [],
  };
}

/**
 * How containers get the GPU on this machine: the toolkit, then its entry in the engine's settings
 * (docker-gpu.md §3). Docker Desktop brings its own and needs none of it.
 */
export function toolkitFixes(host: Host, engine: ReadyEngine): Fix[] {
  if (engine.desktop) {
    return host.wslDistro === null
      ? []
      : [{ label: 'Update Docker Desktop and the NVIDIA driver in Windows' }];
  }
  const become = sudo(host);
  const install = installCommand(host, become);
  const label = "Install NVIDIA's container toolkit";
  return [
    install
      ? { label, command: install }
      : { label: `${label}: https://docs.nvidia.com/datacenter/cloud-native` },
    {
      label: 'Give it to Docker (restarts the engine; running containers stop)',
      command: configureCommand(engine, become, host.systemd === true),
    },
  ];
}

function configureCommand(engine: ReadyEngine, become: string, systemd: boolean): string {
  if (engine.rootless) {
    return 'nvidia-ctk runtime configure --runtime=docker --config="$HOME/.config/docker/daemon.json" && systemctl --user restart docker';
  }
  const restart = systemd ? `${become}systemctl restart docker` : `${become}service docker restart`;
  return `${become}nvidia-ctk runtime configure --runtime=docker && ${restart}`;
}

const REPOSITORY = 'https://nvidia.github.io/libnvidia-container';

/** docs.nvidia.com/datacenter/cloud-native/container-toolkit install-guide (1.20.0). */
function installCommand(host: Host, become: string): string | null {
  for (const id of host.distro ?? []) {
    if (id === 'debian' || id === 'ubuntu') {
      const ring = '/usr/share/keyrings/nvidia-container-toolkit-keyring.gpg';
      return [
        `curl -fsSL ${REPOSITORY}/gpgkey | ${become}gpg --dearmor --yes -o ${ring}`,
        `curl -fsSL ${REPOSITORY}/stable/deb/nvidia-container-toolkit.list | sed 's#deb https://#deb [signed-by=${ring}] https://#g' | ${become}tee /etc/apt/sources.list.d/nvidia-container-toolkit.list >/dev/null`,
        `${become}apt-get update`,
        `${become}apt-get install -y nvidia-container-toolkit`,
      ].join(' && ');
    }
    if (id === 'fedora' || id === 'rhel') {
      return `curl -fsSL ${REPOSITORY}/stable/rpm/nvidia-container-toolkit.repo | ${become}tee /etc/yum.repos.d/nvidia-container-toolkit.repo >/dev/null && ${become}dnf install -y nvidia-container-toolkit`;
    }
    if (id === 'suse' || id.startsWith('opensuse')) {
      return `${become}zypper ar ${REPOSITORY}/stable/rpm/nvidia-container-toolkit.repo && ${become}zypper --gpg-auto-import-keys install -y nvidia-container-toolkit`;
    }
    if (id === 'arch') return `${become}pacman -S --needed nvidia-container-toolkit`;
  }
  return null;
}
