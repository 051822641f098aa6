import { describe, expect, it } from 'vitest';
import { tellEnd } from '../../../src/commands/ended.ts';
import type { Io } from '../../../src/commands/io.ts';
import { Failure, UsageError } from '../../../src/contract/failure.ts';
import { problemSchema } from '../../../src/contract/problem.ts';

function listening(): { io: Io; out: string[]; said: string[] } {
  const out: string[] = [];
  const said: string[] = [];
  const io: Io = {
    env: {},
    cwd: '/',
    home: '/',
    interactive: false,
    out: (line) => out.push(line),
    say: (line) => said.push(line),
  };
  return { io, out, said };
}

const asked = (argv: string[]) => ({ argv, printed: false });

const noEngine = new Failure({
  code: 'engine-not-running',
  sentence: 'Docker does not answer.',
  phase: 'prepare',
  fixes: [{ label: 'Start it', command: 'systemctl start docker' }],
});

describe('what ended a command', () => {
  it('is one document with --json: code, sentence and fix', async () => {
    const { io, out, said } = listening();
    expect(await tellEnd(noEngine, asked(['stop', '--json']), io)).toBe(10);
    expect(out).toHaveLength(1);
    const problem = problemSchema.parse(JSON.parse(out[0] ?? ''));
    expect(problem).toMatchObject({ exitCode: 10, summary: 'Docker does not answer.' });
    expect(problem.diagnoses[0]).toMatchObject({ code: 'engine-not-running' });
    expect(said).toEqual(['Docker does not answer.', '  - Start it:  systemctl start docker']);
  });

  it('is words alone without it', async () => {
    const { io, out } = listening();
    expect(await tellEnd(new UsageError('There is no profile x.'), asked(['start']), io)).toBe(2);
    expect(out).toEqual([]);
  });

  it.each([['run'], ['attach'], ['logs']])(
    '%s prints events, and nothing else',
    async (command) => {
      const { io, out } = listening();
      await tellEnd(noEngine, asked([command, '--json']), io);
      expect(out).toEqual([]);
    },
  );

  it('gives no second document to a command that had begun its own', async () => {
    const { io, out } = listening();
    await tellEnd(noEngine, { ...asked(['models', 'pull', '--json']), printed: true }, io);
    expect(out).toEqual([]);
  });

  it('is a bug when nobody expected it: the sentence first, then where', async () => {
    const { io, out, said } = listening();
    expect(
      await tellEnd(new TypeError('x is not a function'), asked(['doctor', '--json']), io),
    ).toBe(1);
    expect(said[0]).toBe('This is a bug in steadydancer: x is not a function');
    expect(said.slice(2).every((line) => line.trim().startsWith('at '))).toBe(true);
    expect(JSON.parse(out[0] ?? '')).toMatchObject({ ok: false, exitCode: 1 });
  });
});
