import { computeCapabilityOf } from '../machine/compute-capability.ts';

export const GIB = 1024 ** 3;

/**
 * GPUs that a plan can be made for without seeing them: video memory as on the box, in GiB.
 * Source: NVIDIA's public figures (facts steadydancer.md §7); capability by machine/'s table.
 * The first is what is assumed where no GPU is named.
 */
const memoryByName: readonly (readonly [string, number])[] = [
  ['RTX 4090', 24],
  ['RTX 2080 Ti', 11],
  ['RTX 3060', 12],
  ['RTX 3070', 8],
  ['RTX 3080', 10],
  ['RTX 3080 Ti', 12],
  ['RTX 3090', 24],
  ['RTX 3090 Ti', 24],
  ['RTX 4060', 8],
  // Sold with 8 and 16 GB: the smaller, unless the size stands in the name.
  ['RTX 4060 Ti', 8],
  ['RTX 4070', 12],
  ['RTX 4070 Super', 12],
  ['RTX 4070 Ti', 12],
  ['RTX 4070 Ti Super', 16],
  ['RTX 4080', 16],
  ['RTX 4080 Super', 16],
  ['RTX 5060', 8],
  ['RTX 5060 Ti', 8],
  ['RTX 5070', 12],
  ['RTX 5070 Ti', 16],
  ['RTX 5080', 16],
  ['RTX 5090', 32],
  ['RTX A4000', 16],
  ['RTX A5000', 24],
  ['RTX A6000', 48],
  ['RTX 6000 Ada', 48],
  ['RTX PRO 6000 Blackwell', 96],
  ['T4', 16],
  ['V100', 32],
  ['A10', 24],
  ['A40', 48],
  ['A100', 80],
  ['L4', 24],
  ['L40', 48],
  ['L40S', 48],
  ['H100', 80],
  ['H200', 141],
  ['B200', 180],
  ['B300', 270],
];

export interface KnownGpu {
  name: string;
  memoryBytes: number;
  computeCapability: string;
}

const plain = (name: string) =>
  name.toLowerCase().replaceAll(/nvidia|geforce|tesla|[^a-z0-9]/g, '');

/** Form factors, and what marketing adds: `A100-SXM4-80GB`, `H100 80GB HBM3`, `… Server Edition`. */
const BUILD =
  /\b(SXM\d?|PCIe|NVL|HBM\d\w?|(Max-Q )?Workstation Edition|Server Edition|Generation)\b/gi;
const SIZE = /(?<![\w])(\d{1,3})\s*Gi?B?(?!\w)/i;

/**
 * A GPU by the name that a person or nvidia-smi gave: `RTX 4090`, `NVIDIA A100-SXM4-40GB`; the start
 * of a name is enough where only one goes on from it. A size in the name is taken as it stands.
 */
export function knownGpu(wanted: string): KnownGpu | null {
  const size = SIZE.exec(wanted);
  const name = plain(wanted.replace(SIZE, ' ').replace(BUILD, ' '));
  if (name === '') return null;
  const longer = memoryByName.filter(([known]) => plain(known).startsWith(name));
  const row =
    memoryByName.find(([known]) => plain(known) === name) ??
    (longer.length === 1 ? longer[0] : undefined);
  const capability = row && computeCapabilityOf(row[0]);
  if (!row || !capability) return null;
  return {
    name: row[0],
    memoryBytes: (size ? Number(size[1]) : row[1]) * GIB,
    computeCapability: capability,
  };
}

/** Names that can be given for a GPU that is elsewhere. */
export function knownGpuNames(): string[] {
  return memoryByName.map(([name]) => name);
}
