import { computeCapabilityOf } from './compute-capability.ts';
import type { Gpu } from './types.ts';

/**
 * Reads what nvidia-smi prints. Every field may be missing or a placeholder (`[N/A]`, `N/A`, `ERR!`,
 * `[Not Supported]`, `[Unknown Error]`, `[GPU requires reset]`): that is null, never an error.
 * Sources: facts docker-gpu.md §6, recordings in test/fixtures/nvidia-smi.
 */

const MIB = 1024 * 1024;

/** Fields safe in every driver since R450, and `compute_cap`, which 470 and older do not know. */
export const safeFields = [
  'index',
  'uuid',
  'name',
  'driver_version',
  'memory.total',
  'memory.free',
  'mig.mode.current',
] as const;
export const allFields = [...safeFields, 'compute_cap'] as const;

export interface SmiRow extends Gpu {
  driver: string | null;
}

/** Rows of `--query-gpu=<fields> --format=csv,noheader,nounits`. Lines that are no rows are left out. */
export function parseQuery(stdout: string, fields: readonly string[]): SmiRow[] {
  return stdout
    .split('\n')
    .map((line) => parseRow(line, fields))
    .filter((row) => row !== null);
}

function parseRow(line: string, fields: readonly string[]): SmiRow | null {
  const cells = line.split(',').map((cell) => cell.trim());
  if (cells.length !== fields.length) return null;
  const cell = (field: string) => known(cells[fields.indexOf(field)] ?? '');
  const index = cell('index');
  if (index === null || !/^\d{1,4}$/.test(index)) return null;
  const name = cell('name') ?? 'unknown NVIDIA GPU';
  return {
    index: Number(index),
    uuid: cell('uuid') ?? '',
    name,
    driver: cell('driver_version'),
    memoryTotalBytes: mebibytes(cell('memory.total')),
    memoryFreeBytes: mebibytes(cell('memory.free')),
    computeCapability: capability(cell('compute_cap')) ?? computeCapabilityOf(name),
    mig: cell('mig.mode.current') === 'Enabled',
    processes: [],
  };
}

/** Null for every placeholder: brackets, N/A and ERR! mean that the driver could not say. */
function known(cell: string): string | null {
  if (cell === '' || /^\[.*\]$/.test(cell) || cell === 'N/A' || cell.includes('ERR!')) return null;
  return cell;
}

function capability(text: string | null): string | null {
  return text && /^\d{1,2}\.\d$/.test(text) ? text : null;
}

/** Bytes of `81559` or `81559 MiB`. */
function mebibytes(text: string | null): number | null {
  const count = /^(\d{1,9})(?: MiB)?$/.exec(text ?? '')?.[1];
  return count === undefined ? null : Number(count) * MIB;
}

export interface SmiDetails {
  /** `13.0`; null where the document has none. */
  cuda: string | null;
  byUuid: Map<string, SmiGpuDetails>;
}

export interface SmiGpuDetails {
  mig: boolean;
  /** MIG slices, by their own uuid. */
  slices: { uuid: string; memoryTotalBytes: number | null }[];
  processes: Gpu['processes'];
}

/** What `nvidia-smi -q -x` adds: the driver's CUDA version, processes, MIG slices. */
export function parseDetails(xml: string): SmiDetails {
  const cuda = /^\d{1,2}\.\d{1,2}$/.exec(text(xml, 'cuda_version') ?? '')?.[0] ?? null;
  const byUuid = new Map<string, SmiGpuDetails>();
  for (const gpu of elements(xml, 'gpu')) {
    const slices = elements(gpu, 'mig_device').map((slice) => ({
      uuid: text(slice, 'uuid') ?? '',
      memoryTotalBytes: mebibytes(text(slice, 'total')),
    }));
    const whole = gpu.replace(/<mig_devices>[\s\S]*?<\/mig_devices>/, '');
    byUuid.set(text(whole, 'uuid') ?? '', {
      mig: text(whole, 'current_mig') === 'Enabled',
      slices,
      processes: elements(whole, 'process_info')
        .map(processOf)
        .filter((process) => process !== null),
    });
  }
  return { cuda, byUuid };
}

function processOf(element: string): Gpu['processes'][number] | null {
  const pid = text(element, 'pid');
  if (pid === null || !/^\d{1,10}$/.test(pid)) return null;
  const name = text(element, 'process_name') ?? 'unknown';
  return {
    pid: Number(pid),
    name,
    memoryBytes: mebibytes(known(text(element, 'used_memory') ?? '')),
  };
}

/**
 * Contents of every `<name …>…</name>`. nvidia-smi's XML has no CDATA, no comments and no nesting of
 * the elements asked for here, so that the search needs no parser of all of XML.
 */
function elements(xml: string, name: string): string[] {
  const found: string[] = [];
  const open = new RegExp(`<${name}(?:\\s[^>]*)?>`, 'g');
  for (let match = open.exec(xml); match !== null; match = open.exec(xml)) {
    const start = match.index + match[0].length;
    const end = xml.indexOf(`</${name}>`, start);
    if (end < 0) break;
    found.push(xml.slice(start, end));
    open.lastIndex = end;
  }
  return found;
}

function text(xml: string, name: string): string | null {
  const found = elements(xml, name)[0];
  return found === undefined ? null : decode(found.trim());
}

const entities: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };
function decode(value: string): string {
  return value.replace(
    /&(lt|gt|amp|quot|apos);/g,
    (whole, name: string) => entities[name] ?? whole,
  );
}

/** The CUDA version in the header of plain nvidia-smi output, for drivers whose XML lacks it. */
export function cudaOfHeader(stdout: string): string | null {
  return /CUDA Version\s*:\s*(\d{1,2}\.\d{1,2})/.exec(stdout)?.[1] ?? null;
}
