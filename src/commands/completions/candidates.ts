import type { Command, Option } from 'commander';

/** What could stand where the cursor is. */
export interface Candidate {
  value: string;
  description: string;
}

export interface Candidates {
  candidates: Candidate[];
  /** The shell adds names of files. */
  files: boolean;
}

/** Values that are known for what an option or argument takes; null: anything, or a file. */
export type ValuesOf = (name: string, partial: string) => Candidate[] | null;

const FILES: Candidates = { candidates: [], files: true };

/**
 * What a command line could go on with. `words` are those after the program's name, the last one
 * being typed and perhaps empty. Pure: the values that depend on this machine come from `valuesOf`.
 */
export function candidatesFor(
  words: readonly string[],
  program: Command,
  valuesOf: ValuesOf,
): Candidates {
  const partial = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  // What runs on another machine is completed like what runs here.
  if (before[0] === '--on' && before.length > 1) {
    return candidatesFor(words.slice(2), program, valuesOf);
  }
  const command = program.commands.find((one) => one.name() === before[0]);
  if (!command) {
    if (before.length > 0) return { candidates: [], files: false };
    return found(partial, partial.startsWith('-') ? options(program) : commands(program));
  }
  const [name, value] = splitAtEqual(partial);
  const inline = value === null ? undefined : optionNamed(command, name);
  if (inline && value !== null) {
    const { candidates, files } = valuesFor(inline, value, valuesOf);
    return {
      candidates: candidates.map((one) => ({ ...one, value: `${name}=${one.value}` })),
      files,
    };
  }
  const last = optionNamed(command, before.at(-1) ?? '');
  if (last?.required || last?.optional) return valuesFor(last, partial, valuesOf);
  if (partial.startsWith('-')) return found(partial, options(command));
  return argumentAt(command, before, partial, valuesOf);
}

function valuesFor(option: Option, partial: string, valuesOf: ValuesOf): Candidates {
  const takes = /<(.+?)>/.exec(option.flags)?.[1] ?? '';
  const values = valuesOf(takes, partial);
  if (values) return found(partial, values);
  return takes === 'file' || takes === 'folder' ? FILES : { candidates: [], files: false };
}

/** The argument that the word being typed would be. */
function argumentAt(
  command: Command,
  before: readonly string[],
  partial: string,
  valuesOf: ValuesOf,
): Candidates {
  const given = before.slice(1).filter((word, at) => {
    const option = optionNamed(command, before[at] ?? '');
    return !word.startsWith('-') && !(option?.required || option?.optional);
  });
  const takes = command.registeredArguments;
  const argument = takes[given.length] ?? (takes.at(-1)?.variadic ? takes.at(-1) : undefined);
  if (!argument) return { candidates: [], files: false };
  const values = valuesOf(`${command.name()} ${argument.name()}`, partial);
  return values ? found(partial, values) : FILES;
}

function commands(program: Command): Candidate[] {
  return program.commands.map((one) => ({ value: one.name(), description: one.description() }));
}

function options(command: Command): Candidate[] {
  const help = { value: '--help', description: 'show what there is' };
  return [
    ...command.options
      .filter(({ long, hidden }) => long && !hidden)
      .map(({ long, description }) => ({ value: long ?? '', description })),
    help,
  ];
}

function optionNamed(command: Command, word: string): Option | undefined {
  if (!word.startsWith('-')) return undefined;
  return command.options.find(({ long, short }) => word === long || word === short);
}

function splitAtEqual(word: string): [string, string | null] {
  const at = word.indexOf('=');
  return word.startsWith('--') && at > 0 ? [word.slice(0, at), word.slice(at + 1)] : [word, null];
}

function found(partial: string, all: readonly Candidate[]): Candidates {
  return { candidates: all.filter(({ value }) => value.startsWith(partial)), files: false };
}
