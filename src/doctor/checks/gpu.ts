import type { Gpu, ReadyGpu } from '../../machine/types.ts';
import { formatMemory, formatMemoryTotal } from '../../text/format.ts';
import { type Check, type CheckContext, type Finding, fail, ok, skip, warn } from '../types.ts';
import { cudaOfDriver, olderVersion } from './driver-for-cuda.ts';

/** CUDA of the default stack (docker/stacks.json) and the oldest that any stack has. */
const DEFAULT_CUDA = '12.8';
const OLDEST_CUDA = '12.0';
/** fp8 with 10 of 40 blocks in memory at 480x832 (facts steadydancer.md §1; an estimate). */
const WANTED_BYTES = 12 * 2 ** 30;

const withGpu =
  (look: (gpu: ReadyGpu, context: CheckContext) => Finding) => (context: CheckContext) => {
    const { gpu } = context.machine;
    return gpu.state === 'ready' ? look(gpu, context) : skip('needs a GPU that its driver sees');
  };

export const gpuChecks: readonly Check[] = [
  {
    id: 'gpu',
    title: 'GPU',
    group: 'gpu',
    look: ({ machine: { gpu } }) => {
      if (gpu.state === 'ready') return ok(gpu.gpus.map(describe).join('; '));
      const [fix] = gpu.fixes;
      if (gpu.state === 'none') {
        return warn(`${gpu.sentence} It can build for another machine and rehearse.`, fix);
      }
      return fail(`${gpu.sentence} (${gpu.proof})`, fix);
    },
  },
  {
    id: 'gpu-driver',
    title: 'Driver',
    group: 'gpu',
    look: withGpu((gpu, { machine: { host } }) => {
      const wsl = host.wslDistro !== null;
      const runs = gpu.cuda ?? cudaOfDriver(gpu.driver, wsl ? 'windows' : 'linux');
      const here = `${gpu.driver}${wsl ? ' for Windows' : ''}`;
      const label = { label: 'Update the NVIDIA driver: https://www.nvidia.com/drivers' };
      if (runs === null || olderVersion(runs, OLDEST_CUDA)) {
        return fail(`${here} is older than CUDA ${OLDEST_CUDA} needs; 570 or newer fits`, label);
      }
      const blackwell = gpu.gpus.some((card) => Number(card.computeCapability ?? 0) >= 10);
      if (!olderVersion(runs, DEFAULT_CUDA)) {
        return ok(`${here}, good for CUDA ${runs}; the image needs ${DEFAULT_CUDA}`);
      }
      const detail = `${here}, good for CUDA ${runs}; the usual image needs ${DEFAULT_CUDA}`;
      return blackwell
        ? fail(`${detail}, and this GPU has no older one`, label)
        : warn(`${detail}, an older stack is taken instead`, label);
    }),
  },
  {
    id: 'gpu-capability',
    title: 'Compute capability',
    group: 'gpu',
    look: withGpu(({ gpus }) => {
      const unknown = gpus.filter((gpu) => gpu.computeCapability === null);
      if (unknown.length > 0) return warn(`not known for ${unknown.map((g) => g.name).join(', ')}`);
      const best = Math.max(...gpus.map((gpu) => Number(gpu.computeCapability)));
      const shown = best.toFixed(1);
      // torch's CUDA 12.8 wheels begin at 7.5, flash-attn at 8.0 (facts steadydancer.md §5, §7).
      if (best >= 8) return ok(`${shown}; flash-attn needs 8.0`);
      if (best >= 7.5) return warn(`${shown}: no flash-attn (8.0), torch's own attention is taken`);
      return fail(`${shown}; 7.5 or newer is needed`);
    }),
  },
  {
    id: 'gpu-memory',
    title: 'Video memory',
    group: 'gpu',
    look: withGpu(({ gpus }) => {
      const known = gpus.filter((gpu) => gpu.memoryFreeBytes !== null);
      const best = known.sort((a, b) => (b.memoryFreeBytes ?? 0) - (a.memoryFreeBytes ?? 0))[0];
      if (!best || best.memoryFreeBytes === null) {
        return warn('the driver does not say how much there is (memory shared with the system?)');
      }
      const free = formatMemory(best.memoryFreeBytes);
      const users = best.processes.map(({ name, pid }) => `${name} (${pid})`).join(', ');
      if (best.memoryFreeBytes >= WANTED_BYTES) return ok(`${free} free${users && `; ${users}`}`);
      const wanted = formatMemory(WANTED_BYTES);
      return warn(`${free} free, ${wanted} wanted${users ? `; in use by ${users}` : ''}`);
    }),
  },
  {
    id: 'gpu-mig',
    title: 'MIG',
    group: 'gpu',
    look: withGpu(({ gpus }) => {
      const cut = gpus.filter((gpu) => gpu.mig);
      if (cut.length === 0) return ok('off: each GPU is whole');
      const slices = cut.flatMap((gpu) => gpu.slices ?? []);
      return slices.length > 0
        ? ok(`${slices.length} slices; a container gets one of them`)
        : fail('MIG is on and no slice is made: nothing can use the GPU', {
            label: 'Make one slice of the whole GPU',
            command: `sudo nvidia-smi mig -i ${cut[0]?.index ?? 0} -cgi 0 -C`,
          });
    }),
  },
];

function describe(gpu: Gpu): string {
  const total = gpu.memoryTotalBytes;
  const memory = total === null ? '' : `, ${formatMemoryTotal(total)}`;
  const free = gpu.memoryFreeBytes === null ? '' : ` (${formatMemory(gpu.memoryFreeBytes)} free)`;
  const compute = gpu.computeCapability === null ? '' : `, compute ${gpu.computeCapability}`;
  return `${gpu.name}${memory}${free}${compute}`;
}
