/**
 * The oldest driver of each CUDA release. Source: NVIDIA CUDA release notes, table 3, as in facts
 * steadydancer.md §7. Within one major version an older driver runs it by minor-version
 * compatibility (docs.nvidia.com/deploy/cuda-compatibility: 13.x from 580, 12.x from 525).
 */
export const driverForCuda = [
  { cuda: '13.0', linux: '580.65.06', windows: '580.88' },
  { cuda: '12.9', linux: '575.51.03', windows: '576.02' },
  { cuda: '12.8', linux: '570.26', windows: '570.65' },
  { cuda: '12.6', linux: '560.28.03', windows: '560.76' },
  { cuda: '12.4', linux: '550.54.14', windows: '551.61' },
  { cuda: '12.1', linux: '530.30.02', windows: '531.14' },
  { cuda: '12.0', linux: '525.60.13', windows: '527.41' },
] as const;

/** The newest CUDA of the table that a driver runs; null for one older than all of them. */
export function cudaOfDriver(driver: string, system: 'linux' | 'windows'): string | null {
  return driverForCuda.find((row) => !olderVersion(driver, row[system]))?.cuda ?? null;
}

/** Whether version `a` is older than `b`, number by number. */
export function olderVersion(a: string, b: string): boolean {
  const left = a.split('.').map(Number);
  const right = b.split('.').map(Number);
  for (let at = 0; at < Math.max(left.length, right.length); at += 1) {
    const difference = (left[at] ?? 0) - (right[at] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}
