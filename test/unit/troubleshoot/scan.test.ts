import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildAutomaton } from '../../../src/troubleshoot/automaton.ts';
import { diagnose } from '../../../src/troubleshoot/diagnose.ts';
import { requiredLiterals } from '../../../src/troubleshoot/literals.ts';

describe('requiredLiterals', () => {
  it.each<[RegExp, string[]]>([
    [/No space left on device/, ['no space left on device']],
    [/Killed(?: now)?$/, ['killed']],
    [/(?:dns error|could not resolve)/i, ['dns error', 'could not resolve']],
    [/exit code: (\d+) of [a-z]+ steps/, ['exit code: ']],
    [/lib(?:GL|EGL)\.so[\d.]*: cannot open/, [': cannot open']],
    [/(?!never)always here/, ['always here']],
  ])('%s', (pattern, literals) => {
    expect(requiredLiterals(pattern)).toEqual(literals);
  });

  it('refuses a pattern that promises nothing', () => {
    expect(() => requiredLiterals(/\d+ \w*/)).toThrow(/No literal/);
  });
});

describe('buildAutomaton', () => {
  it('finds exactly the literals that a search finds', () => {
    const letters = fc.constantFrom('a', 'b', 'c', ' ');
    const word = fc.string({ unit: letters, minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(
        fc.uniqueArray(word, { minLength: 1, maxLength: 12 }),
        fc.string({ unit: letters, maxLength: 60 }),
        (words, text) => {
          const { table, classes, root, ends } = buildAutomaton(words);
          const found = new Set<number>();
          let state = root;
          for (const byte of Buffer.from(text)) {
            state = table[state + (classes[byte] as number)] as number;
            for (const literal of ends.get(state) ?? []) found.add(literal);
          }
          expect([...found].sort()).toEqual(
            words.flatMap((literal, index) => (text.includes(literal) ? [index] : [])).sort(),
          );
        },
      ),
    );
  });
});

describe('causes before effects', () => {
  const codes = async (text: string) => (await diagnose([text])).map(({ code }) => code);

  it('a full disk stands above everything that it breaks', async () => {
    const log =
      'cc1: fatal error: error writing to /tmp/cc.s: No space left on device\nninja: build stopped: subcommand failed.\nERROR: Could not build wheels for mmcv\n';
    expect(await codes(log)).toEqual(
      expect.arrayContaining(['compile-failed', 'python-wheel-build-failed']),
    );
    expect((await codes(log))[0]).toBe('disk-full-build');
  });

  it('a complaint that a retry healed is no cause', async () => {
    const log =
      'WARNING: Retrying (Retry(total=4)) after connection broken by \'ReadTimeoutError("Read timed out.")\': /x\nSuccessfully installed einops-0.8.0\nE: Unable to locate package ffmpeg7\n';
    expect(await codes(log)).toEqual(['apt-package-missing']);
  });

  it('a step that ended well is no cause of one that did not', async () => {
    const log =
      '#8 1.0 ModuleNotFoundError: No module named \'torch\'\n#8 DONE 2.0s\n#9 1.0 git: command not found\n#9 ERROR: process "/bin/sh -c git clone x" did not complete successfully: exit code: 127\n';
    expect((await codes(log))[0]).toBe('git-missing');
    expect(await codes(log)).not.toContain('python-module-missing');
  });

  it('words of a command are no outcome', async () => {
    const log =
      '#8 [2/3] RUN echo "No space left on device"\n#8 DONE 0.1s\n#9 [3/3] RUN test -f "cannot find -lcuda" || exit 4\n#9 ERROR: process "/bin/sh -c test -f \\"No space left on device\\" || exit 4" did not complete successfully: exit code: 4\n';
    expect(await codes(log)).toEqual(['build-step-failed']);
  });

  it('says what it knows of a failure that it does not know', async () => {
    const [first] = await diagnose([
      '#9 [3/3] RUN ./link\n#9 0.2 linking\n#9 0.3 sampler: cannot link kernel table (slot 7)\n#9 ERROR: process "/bin/sh -c ./link" did not complete successfully: exit code: 9\n',
    ]);
    expect(first).toMatchObject({ code: 'build-step-failed', evidence: { line: 3 } });
    expect(first?.confidence).toBeLessThan(0.5);
    expect(first?.cause).toMatch(
      /Step #9 failed.*exit code was 9.*cannot link kernel table.*No sign of a full disk/,
    );
  });
});
