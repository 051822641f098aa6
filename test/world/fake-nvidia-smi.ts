import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A folder for PATH with an nvidia-smi that reports one RTX 4090: one row, whatever fields are asked
 * for, in the words of the real one (facts docker-gpu.md §6; recorded from an H100 in
 * fixtures/nvidia-smi-h100).
 */
export function fakeNvidiaSmi(folder: string): string {
  const bin = join(folder, 'bin');
  mkdirSync(bin, { recursive: true });
  const path = join(bin, 'nvidia-smi');
  writeFileSync(
    path,
    `#!/bin/sh
case "$*" in *--query-gpu=*) ;; *) exit 0 ;; esac
fields=$(echo "$*" | sed 's/.*--query-gpu=\\([^ ]*\\).*/\\1/; s/,/ /g')
row=''
for field in $fields; do
  case $field in
    index) value=0 ;; uuid) value=GPU-1 ;; name) value='NVIDIA GeForce RTX 4090' ;;
    driver_version) value=580.95.05 ;; memory.total) value=24564 ;; memory.free) value=24000 ;;
    compute_cap) value=8.9 ;; *) value='[N/A]' ;;
  esac
  row="$row\${row:+, }$value"
done
echo "$row"
`,
  );
  chmodSync(path, 0o755);
  return bin;
}
