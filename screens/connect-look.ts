import type { Io } from '../src/commands/io.ts';
import { type Choices, defaultChoices } from '../src/contract/choices.ts';
import { allChecks } from '../src/doctor/checks/index.ts';
import { examine } from '../src/doctor/examine.ts';
import type { Machine } from '../src/machine/types.ts';
import { systemClock } from '../src/ports/clock.ts';
import { systemProcesses } from '../src/ports/processes.ts';
import type { CheckRow, Seen } from './deps.ts';

/** Rows of the machine page, in the order of MOCKUPS A2; `doctor` shows all of them. */
const ROWS = [
  'gpu',
  'gpu-driver',
  'engine',
  'gpu-in-containers',
  'disk-docker',
  'memory',
  'port',
  'token',
];

/** Looks at the machine; each part and row is told as soon as it is there. */
export async function observeRows(
  io: Io,
  choices: Choices,
  onSeen: (seen: Seen) => void,
  signal: AbortSignal,
): Promise<Seen> {
  const rows: CheckRow[] = ROWS.flatMap((id) => {
    const check = allChecks.find((one) => one.id === id);
    return check ? [{ id, title: check.title, status: 'checking' as const, detail: '' }] : [];
  });
  const parts: Partial<Machine> = {};
  const tell = () => onSeen({ machine: { ...parts }, checks: [...rows] });
  tell();
  const { machine, inventory } = await examine({
    env: io.env,
    processes: systemProcesses,
    clock: systemClock,
    port: choices.port ?? defaultChoices.port,
    network: false,
    signal,
    dirs: {
      ...(choices.modelsDir ? { models: choices.modelsDir } : {}),
      ...(choices.outputDir ? { output: choices.outputDir } : {}),
    },
    ...(io.env.SUDO_USER ? {} : { home: io.home }),
    onPart: (part) => {
      Object.assign(parts, part);
      tell();
    },
    onResult: ({ group: _group, ms: _ms, ...result }) => {
      const at = rows.findIndex(({ id }) => id === result.id);
      if (at === -1) return;
      rows[at] = result;
      tell();
    },
  });
  return { machine, checks: [...rows], inventory };
}

/** Every check of `doctor`, the network's among them, as they end. */
export async function examineAll(
  io: Io,
  onRows: (rows: readonly CheckRow[]) => void,
  signal: AbortSignal,
): Promise<void> {
  const rows: CheckRow[] = allChecks.map(({ id, title }) => ({
    id,
    title,
    status: 'checking',
    detail: '',
  }));
  onRows([...rows]);
  await examine({
    env: io.env,
    processes: systemProcesses,
    clock: systemClock,
    port: defaultChoices.port,
    network: true,
    signal,
    ...(io.env.SUDO_USER ? {} : { home: io.home }),
    onResult: ({ group: _group, ms: _ms, ...result }) => {
      const at = rows.findIndex(({ id }) => id === result.id);
      if (at === -1) return;
      rows[at] = result;
      onRows([...rows]);
    },
  });
}
