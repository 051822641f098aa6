import type { Fix } from '../../contract/diagnosis.ts';

/** A fix in one line of a catalogue: what it does, the command, the wizard's own fix. */
export function fix(label: string, command?: string, applies?: string): Fix {
  return { label, ...(command ? { command } : {}), ...(applies ? { applies } : {}) };
}
