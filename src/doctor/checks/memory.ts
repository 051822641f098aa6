import { formatMemory } from '../../text/format.ts';
import { type Check, ok, skip, warn } from '../types.ts';

const GIB = 2 ** 30;
/** fp8 with its text encoder passes through about 12 GB, and the system wants its own (estimate). */
const ENOUGH_BYTES = 22 * GIB;
const ENOUGH_ON_THE_BOX = '24 GB';
/** fp16 keeps 36 GB of weights in memory (estimate, MOCKUPS A3). */
const FP16_BYTES = 46 * GIB;

export const memoryChecks: readonly Check[] = [
  {
    id: 'memory',
    title: 'Memory',
    group: 'memory',
    look: ({ machine: { host, engine } }) => {
      // What containers get counts: on Desktop and elsewhere that is the engine's, not ours.
      const bytes =
        engine.state === 'ready' && engine.memoryBytes > 0 ? engine.memoryBytes : host.memoryBytes;
      const total = formatMemory(bytes);
      if (bytes >= FP16_BYTES) return ok(`${total}, enough for fp16 too`);
      if (bytes >= ENOUGH_BYTES) return ok(`${total}, enough for fp8; fp16 wants 48 GB`);
      return warn(`${total}; fp8 wants ${ENOUGH_ON_THE_BOX}`);
    },
  },
  {
    id: 'memory-free',
    title: 'Free memory',
    group: 'memory',
    look: ({ machine: { host } }) => {
      const free = formatMemory(host.memoryFreeBytes);
      return host.memoryFreeBytes >= 8 * GIB
        ? ok(`${free} free`)
        : warn(`${free} free of ${formatMemory(host.memoryBytes)}: close what needs much of it`);
    },
  },
  {
    id: 'swap',
    title: 'Swap',
    group: 'memory',
    look: ({ machine: { host } }) => {
      if (host.platform !== 'linux') return skip('only looked at on Linux');
      if (host.swapBytes > 0) return ok(formatMemory(host.swapBytes));
      return host.memoryBytes >= 60 * GIB
        ? ok('none, and none needed')
        : ok('none: a container that wants too much is ended at once');
    },
  },
  {
    id: 'memory-wsl',
    title: "WSL's share of memory",
    group: 'memory',
    look: ({ machine: { host } }) => {
      if (host.wslDistro === null) return skip('not WSL');
      const total = formatMemory(host.memoryBytes);
      if (host.memoryBytes >= FP16_BYTES) return ok(`${total} for Linux`);
      // MicrosoftDocs/WSL#1939: half of the PC's memory unless .wslconfig says otherwise.
      return warn(`WSL may use ${total}, half of this PC's memory unless it is told otherwise`, {
        label:
          'Write [wsl2] and memory=48GB into %UserProfile%\\.wslconfig, then (closes all Linux windows)',
        command: 'wsl.exe --shutdown',
      });
    },
  },
];
