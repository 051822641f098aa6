import type { Ended, Processes } from '../ports/processes.ts';
import { NoAnswer, withTimeLimit } from '../ports/time-limit.ts';
import { explainGpuProblem } from './gpu-problem.ts';
import {
  allFields,
  cudaOfHeader,
  parseDetails,
  parseQuery,
  type SmiDetails,
  type SmiRow,
  safeFields,
} from './nvidia-smi.ts';
import { nvidiaPciDevices } from './pci.ts';
import type { Gpu, GpuState, Host } from './types.ts';

export interface GpuInquiry {
  env: NodeJS.ProcessEnv;
  host: Host;
  processes: Processes;
  /** Prefix of /sys; '' on a real machine. */
  root?: string;
  /** Time for nvidia-smi altogether. Default 4,500 ms, so that the whole stays under 5 s. */
  timeoutMs?: number;
  signal?: AbortSignal | undefined;
}

/** WSL keeps nvidia-smi outside PATH of some shells, sudo's above all (facts docker-gpu.md §7). */
const WSL_LIB = '/usr/lib/wsl/lib';

type Smi = (args: string[]) => Promise<Ended>;

/** The GPUs of this machine, or a named state. Throws only the signal's reason. */
export async function observeGpu(inquiry: GpuInquiry): Promise<GpuState> {
  const { host, root = '', timeoutMs = 4_500, signal } = inquiry;
  const smi = nvidiaSmi(inquiry, timeoutMs);
  const detailed = smi(['-q', '-x']);
  const { rows, ended } = await queryRows(smi);
  signal?.throwIfAborted();
  if (rows.length === 0) {
    const pci = await nvidiaPciDevices(root);
    return explainGpuProblem({ ended, pci, host, waitedSeconds: timeoutMs / 1000 });
  }
  const { stdout } = await detailed;
  const details = parseDetails(stdout);
  const cuda = details.cuda ?? cudaOfHeader((await smi([])).stdout);
  signal?.throwIfAborted();
  return {
    state: 'ready',
    driver: rows.find((row) => row.driver !== null)?.driver ?? '',
    cuda,
    gpus: rows.map((row) => withDetails(row, details)),
  };
}

/** Runs nvidia-smi with what is left of the time; a second place is tried when PATH has none. */
function nvidiaSmi({ env, processes, signal }: GpuInquiry, timeoutMs: number): Smi {
  const started = performance.now();
  const run = (file: string, args: string[]) => {
    const leftMs = Math.max(1, Math.round(timeoutMs - (performance.now() - started)));
    // A program that hangs in the kernel does not end when it is told to: do not wait for that.
    return withTimeLimit(
      (inner) =>
        processes.run(file, args, {
          timeoutMs: leftMs,
          env: { ...env, LC_ALL: 'C' },
          signal: inner,
        }),
      { timeoutMs: leftMs, signal },
    ).catch((error): Ended => {
      const said = error instanceof Error ? error.message : String(error);
      return { exitCode: null, stdout: '', stderr: said, timedOut: error instanceof NoAnswer };
    });
  };
  return async (args) => {
    const first = await run('nvidia-smi', args);
    return first.errno === 'ENOENT' ? run(`${WSL_LIB}/nvidia-smi`, args) : first;
  };
}

/** A field that is unknown to an old nvidia-smi makes it refuse the whole query (exit 2): ask without. */
async function queryRows(smi: Smi): Promise<{ rows: SmiRow[]; ended: Ended }> {
  const query = async (fields: readonly string[]) => {
    const ended = await smi([`--query-gpu=${fields.join(',')}`, '--format=csv,noheader,nounits']);
    return { rows: parseQuery(ended.stdout, fields), ended };
  };
  const first = await query(allFields);
  const refused = /is not a valid field to query/.test(first.ended.stdout + first.ended.stderr);
  return refused ? query(safeFields) : first;
}

function withDetails({ driver: _driver, ...gpu }: SmiRow, details: SmiDetails): Gpu {
  const more = details.byUuid.get(gpu.uuid);
  if (!more) return gpu;
  const mig = gpu.mig || more.mig;
  return {
    ...gpu,
    mig,
    processes: more.processes,
    ...(mig && more.slices.length > 0 ? { slices: more.slices } : {}),
  };
}
