import type { GpuSample, RunState } from '../../src/pipeline/run-state.ts';
import { formatMemory, formatMemoryTotal } from '../../src/text/format.ts';
import type { Line } from '../kit/row.tsx';
import { fitting, LABEL } from '../run-fields.ts';
import { words } from '../words.ts';
import { type PaneDrawn, paneRow, paneTitle } from './pane-title.ts';

/** Each GPU: how busy it is and what of its memory is free. */
export function gpuLines({ gpus }: RunState, drawn: PaneDrawn): Line[] {
  return gpus.map((gpu, at) =>
    at === 0
      ? paneTitle('gpu', gpuText(gpu, drawn.width - LABEL), '', drawn)
      : paneRow(gpuText(gpu, drawn.width - LABEL), drawn),
  );
}

/** As much of it as fits; what of the memory is free goes last. */
function gpuText(gpu: GpuSample, cellsThere: number): string {
  const { name, memoryTotalBytes: total, memoryUsedBytes: used } = gpu;
  const free =
    total === null || used === null
      ? []
      : [words.run.gpuFree(formatMemory(total - used), formatMemoryTotal(total))];
  const { utilizationPercent: percent } = gpu;
  const busy =
    percent === undefined || percent === null
      ? []
      : [percent === 0 ? words.panes.idle : words.panes.busy(percent)];
  const texts = [[name, ...free, ...busy], [...free, ...busy], free.length > 0 ? free : [name]];
  return fitting(
    texts.map((parts) => parts.join(', ')),
    cellsThere,
  );
}
