import { describe, expect, it } from 'vitest';
import { processIo } from '../../../src/commands/io.ts';
import { defineProgram } from '../../../src/commands/program.ts';
import { onServer } from '../../../src/elsewhere/on-option.ts';
import { parseSets } from '../../../src/profiles/parse-set.ts';
import { registry } from '../../../src/troubleshoot/registry.ts';

/** Our own commands that a diagnosis offers, with the placeholders that only a person can fill. */
const offered = [
  ...new Set(
    registry
      .flatMap(({ fixes }) => fixes.map(({ command }) => command ?? ''))
      .flatMap((command) => command.split('&&'))
      .map((command) => command.trim())
      .filter((command) => command.startsWith('steadydancer ')),
  ),
];
const program = defineProgram('0', async () => {}, processIo());

describe('a fix that is a command of ours', () => {
  it('there are some', () => {
    expect(offered.length).toBeGreaterThan(20);
  });

  it.each(offered)('%s is one that the program takes', (command) => {
    const typed = command.split(/\s+/).slice(1);
    const [name, ...words] = onServer(typed)?.args ?? typed;
    const known =
      name === undefined ? program : program.commands.find((one) => one.name() === name);
    expect(known, `no command ${name}`).toBeDefined();
    const options = known?.options.flatMap(({ long, short }) => [long, short]) ?? [];
    for (const word of words.filter((one) => one.startsWith('-'))) {
      expect(options).toContain(word);
    }
    const sets = words.filter((_word, at) => ['--set', '-s'].includes(words[at - 1] ?? ''));
    // URL, DIR and the like stand for what only the person knows; a key has to be right all the same.
    const filled = sets.map((set) =>
      set.replace('=URL', '=https://mirror.example').replace('GIT@COMMIT', `o/r@${'a'.repeat(40)}`),
    );
    expect(() => parseSets(filled)).not.toThrow();
  });
});
