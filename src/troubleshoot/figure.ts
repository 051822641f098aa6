import type { Diagnosis } from '../contract/diagnosis.ts';
import { formatBytes } from '../text/format.ts';

/** The figure that decides, beside what it is compared with: `0.2 GB free of 468 GB, 3.0 GB more needed.` */
export function figureOf({ disk }: Diagnosis): string | null {
  if (!disk) return null;
  const needed = disk.neededBytes === null ? '' : `, ${formatBytes(disk.neededBytes)} more needed`;
  return `${formatBytes(disk.freeBytes)} free of ${formatBytes(disk.totalBytes)}${needed}.`;
}
