import { parseArgs } from 'node:util';

/** What goes wrong on purpose, so that tests can see what a failing level looks like. */
export const faults = [
  'none',
  'exit-at-start',
  'never-ready',
  'missing-node',
  'execution-error',
  'out-of-memory',
  'black-video',
  'still-video',
  'file-gone',
  'hang-in-render',
  'exit-in-render',
] as const;
export type Fault = (typeof faults)[number];

export interface Settings {
  listen: string;
  port: number;
  inputDir: string;
  outputDir: string;
  fault: Fault;
  argv: string[];
}

/** ComfyUI's own flags, as far as they mean something here; the others are taken and ignored. */
export function readSettings(argv: string[], env: NodeJS.ProcessEnv): Settings {
  const { values } = parseArgs({
    args: argv.map((arg) => (arg === '--listen' ? '--listen=' : arg)).flatMap(joinListen),
    strict: false,
    options: {
      listen: { type: 'string' },
      port: { type: 'string' },
      'input-directory': { type: 'string' },
      'output-directory': { type: 'string' },
    },
  });
  const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);
  const fault = env.STEADYDANCER_REHEARSAL_FAULT ?? 'none';
  return {
    listen: text(values.listen) ?? '0.0.0.0',
    port: Number(text(values.port) ?? env.STEADYDANCER_PORT ?? 8188),
    inputDir: text(values['input-directory']) ?? env.STEADYDANCER_INPUT_DIR ?? '/input',
    outputDir: text(values['output-directory']) ?? env.STEADYDANCER_OUTPUT_DIR ?? '/output',
    fault: faults.find((name) => name === fault) ?? 'none',
    argv,
  };
}

/** `--listen ADDRESS` and a bare `--listen` are both ComfyUI's; parseArgs takes only one form. */
function joinListen(arg: string, index: number, all: string[]): string[] {
  if (all[index - 1] === '--listen=' && !arg.startsWith('--')) return [];
  const next = all[index + 1];
  if (arg !== '--listen=' || next === undefined || next.startsWith('--')) return [arg];
  return [`--listen=${next}`];
}
