import type { DiskFact, EngineState, GpuState, Machine } from '../../src/machine/types.ts';
import { formatBytes, formatMemory, formatMemoryTotal, formatRate } from '../../src/text/format.ts';
import type { FirstSight } from '../deps.ts';
import { labelled } from '../kit/labelled.ts';
import type { Line } from '../kit/row.tsx';
import type { Theme } from '../kit/theme.ts';
import type { WizardState } from '../wizard-state.ts';
import { words } from '../words.ts';
import { newDriver } from './standing.ts';

const LABEL = 12;

/** What is known of the machine: the rows are there at once and fill in where they stand. */
export function welcomeRows(
  state: WizardState,
  sight: FirstSight,
  width: number,
  theme: Theme,
): Line[] {
  const { machine } = state.seen;
  const { rows, driverNew } = words.welcome;
  const driver = newDriver(state, sight);
  const shown: [string, string][] = [
    [rows.gpu, gpuRow(machine.gpu)],
    ...(driver ? [[rows.driver, driverNew(driver.now, driver.then)] as [string, string]] : []),
    [rows.docker, engineRow(machine.engine)],
    [rows.disk, diskRow(machine.disk)],
    [rows.network, networkRow(state)],
  ];
  return shown.flatMap(([label, text]) =>
    labelled(`  ${label}`, text, { labelWidth: LABEL, width, theme, most: 1 }),
  );
}

function gpuRow(gpu: GpuState | undefined): string {
  if (!gpu) return words.checking;
  if (gpu.state === 'none') return words.welcome.noGpuRow;
  if (gpu.state !== 'ready') return gpu.sentence;
  const [first] = gpu.gpus;
  if (!first) return words.welcome.noDriver;
  const memory = first.memoryTotalBytes === null ? '' : formatMemoryTotal(first.memoryTotalBytes);
  const free = first.memoryFreeBytes === null ? null : formatMemory(first.memoryFreeBytes);
  const others = gpu.gpus.length > 1 ? words.welcome.more(gpu.gpus.length - 1) : '';
  return words.welcome.gpuFree(first.name, memory, free) + others;
}

function engineRow(engine: EngineState | undefined): string {
  if (!engine) return words.checking;
  if (engine.state !== 'ready') return engine.sentence;
  const { endpoint, operatingSystem, version } = engine;
  const at = endpoint.remote ? `, ${words.welcome.dockerRemote(endpoint.url)}` : '';
  return words.welcome.docker(operatingSystem, version) + at;
}

/** The place that the image and, mostly, the models go to. */
function diskRow(disk: Machine['disk'] | undefined): string {
  if (!disk) return words.checking;
  const seen = disk.filter((fact) => fact.freeBytes !== null);
  const most = seen.find(({ place }) => place === 'docker') ?? seen[0];
  if (!most || most.freeBytes === null) return words.welcome.diskUnseen;
  const total = most.totalBytes === null ? null : formatBytes(most.totalBytes);
  return words.welcome.diskFree(nameOf(most), formatBytes(most.freeBytes), total);
}

function nameOf({ drive, path }: DiskFact): string {
  return drive?.name ?? path;
}

function networkRow({ hubBytesPerSecond: hub, complete, problem }: WizardState): string {
  if (hub === undefined) {
    return problem === null || !complete ? words.welcome.measuring : words.checking;
  }
  return hub === null ? words.welcome.noHub : words.welcome.hub(formatRate(hub));
}
