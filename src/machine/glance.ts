import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What is known before anything was asked: from the environment and a few small files. */
export interface Glance {
  /** Id of the Runpod pod that this is (RUNPOD_POD_ID; facts runpod.md). */
  pod: string | null;
  /** An NVIDIA GPU is in this machine, whether or not its driver sees it. */
  nvidia: boolean;
}

/** NVIDIA's vendor id on the PCI bus. */
const NVIDIA = '0x10de';
/** Classes of the PCI bus that are a display or a 3D controller. */
const DISPLAY = /^0x03/;

/**
 * A first look, at once: devices that the driver made, WSL's (`/dev/dxg` with the driver's library),
 * or a card on the PCI bus. `root` is the prefix of the paths; '' on a real machine.
 */
export function glance(env: NodeJS.ProcessEnv, root = ''): Glance {
  const there = (path: string) => existsSync(join(root, '/', path));
  const nvidia =
    there('dev/nvidiactl') ||
    there('proc/driver/nvidia/version') ||
    (there('dev/dxg') && there('usr/lib/wsl/lib/nvidia-smi')) ||
    onPath('nvidia-smi', env.PATH ?? '') ||
    onTheBus(join(root, '/', 'sys/bus/pci/devices'));
  return { pod: env.RUNPOD_POD_ID || null, nvidia };
}

/** The driver's own tool: where it is, what it says counts. */
function onPath(program: string, path: string): boolean {
  return path.split(':').some((folder) => folder !== '' && existsSync(join(folder, program)));
}

function onTheBus(folder: string): boolean {
  const read = (device: string, file: string) =>
    readFileSync(join(folder, device, file), 'utf8').trim();
  try {
    return readdirSync(folder).some(
      (device) => read(device, 'vendor') === NVIDIA && DISPLAY.test(read(device, 'class')),
    );
  } catch {
    return false;
  }
}
