import type { GpuSample, RunState } from '../../src/pipeline/run-state.ts';
import { formatMemory, formatMemoryTotal } from '../../src/text/format.ts';
import type { Line } from '../kit/row.tsx';
import { words } from '../words.ts';
import { type PaneDrawn, paneRow, paneTitle } from './pane-title.ts';

/** Each GPU: how busy it is and what of its memory is free. */
export function gpuLines({ gpus }: RunState, drawn: PaneDrawn): Line[] {
  return gpus.map((gpu, at) =>
    at === 0 ? paneTitle('gpu', gpuText(gpu), '', drawn) : paneRow(gpuText(gpu), drawn),
  );
}

function gpuText({
  name,
  memoryTotalBytes: total,
  memoryUsedBytes: used,
  ...gpu
}: GpuSample): string {
  const free =
    total === null || used === null
      ? []
      : [words.run.gpuFree(formatMemory(total - used), formatMemoryTotal(total))];
  const { utilizationPercent: percent } = gpu;
  const busy =
    percent === undefined || percent === null
      ? []
      : [percent === 0 ? words.panes.idle : words.panes.busy(percent)];
  return [name, ...free, ...busy].join(', ');
}
