import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const NVIDIA = '0x10de';
/** Display controllers have base class 03 (PCI Code and ID Assignment Specification). */
const DISPLAY = /^0x03/;

export interface PciGpu {
  /** `0000:01:00.0` */
  slot: string;
  /** `0x2b85` */
  device: string;
  /** Kernel module bound to it: nvidia, nouveau, vfio-pci; null when none is. */
  driver: string | null;
}

/** NVIDIA GPUs that sit in this machine whether a driver sees them or not. [] where there is no sysfs. */
export async function nvidiaPciDevices(root = ''): Promise<PciGpu[]> {
  const base = `${root}/sys/bus/pci/devices`;
  const slots = await readdir(base).catch(() => []);
  const found = await Promise.all(
    slots.map(async (slot) => {
      const field = (name: string) =>
        readFile(join(base, slot, name), 'utf8').then(
          (value) => value.trim(),
          () => '',
        );
      const [vendor, kind] = await Promise.all([field('vendor'), field('class')]);
      if (vendor !== NVIDIA || !DISPLAY.test(kind)) return null;
      const [device, uevent] = await Promise.all([field('device'), field('uevent')]);
      return { slot, device, driver: /^DRIVER=(.+)$/m.exec(uevent)?.[1] ?? null };
    }),
  );
  return found.filter((gpu) => gpu !== null);
}
