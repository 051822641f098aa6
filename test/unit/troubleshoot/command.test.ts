import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DiagnoseOptions, diagnose } from '../../../src/commands/diagnose.ts';
import type { Io } from '../../../src/commands/io.ts';
import { diagnoseSchema, diagnosisCodesSchema } from '../../../src/contract/diagnosis.ts';
import { UsageError } from '../../../src/contract/failure.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'diagnose-'));
  writeFileSync(join(folder, 'build.log'), 'fine\nE: Unable to locate package ffmpeg7\n');
  writeFileSync(join(folder, 'good.log'), 'Successfully installed einops-0.8.0\n');
  writeFileSync(join(folder, 'empty.log'), '');
});
afterAll(() => rmSync(folder, { recursive: true }));

async function run(
  file: string | undefined,
  options: DiagnoseOptions,
  env: NodeJS.ProcessEnv = {},
) {
  const out: string[] = [];
  const said: string[] = [];
  const io: Io = {
    env,
    cwd: folder,
    home: folder,
    interactive: false,
    out: (line) => void out.push(line),
    say: (line) => void said.push(line),
  };
  return { exitCode: await diagnose(file, options, io), out, said };
}

describe('diagnose', () => {
  it('prints one document, likeliest first', async () => {
    const { exitCode, out, said } = await run('build.log', { json: true });
    expect({ exitCode, said, lines: out.length }).toEqual({ exitCode: 0, said: [], lines: 1 });
    const { diagnoses } = diagnoseSchema.parse(JSON.parse(out[0] as string));
    expect(diagnoses[0]).toMatchObject({
      code: 'apt-package-missing',
      evidence: { line: 2, text: 'E: Unable to locate package ffmpeg7' },
    });
  });

  it.each(['good.log', 'empty.log'])('%s: an empty list, exit 0', async (file) => {
    const { exitCode, out } = await run(file, { json: true });
    expect([exitCode, JSON.parse(out[0] as string)]).toEqual([0, { v: 1, diagnoses: [] }]);
  });

  it('says in words what happened, why, the proof and what next', async () => {
    const { out } = await run('build.log', {});
    expect(out[0]).toBe('A system package does not exist under this name.');
    expect(out.join('\n')).toMatch(
      /Code .*apt-package-missing\n.*Why .*ffmpeg7.*\n.*Proof .*build\.log, line 2\n.*> E: Unable/,
    );
    expect(out.join('\n')).toContain('apt-get update && apt-get install -y ffmpeg7');
  });

  it.each([
    ['none.log', 'There is no file none.log.'],
    ['.', '. is a folder, not a log.'],
    ['/dev/zero', '/dev/zero is a pipe or a device, not a file: pass it as standard input, -.'],
  ])('%s: a usage error with a sentence', async (file, sentence) => {
    await expect(run(file, { json: true })).rejects.toThrow(new UsageError(sentence));
  });

  it('a run by its id or its folder: its own words first, then what its logs show', async () => {
    const dir = join(folder, 'state', 'runs', '20261124-140000-c2d1');
    mkdirSync(dir, { recursive: true });
    const record = {
      ...{ id: '20261124-140000-c2d1', pid: 1, pidStartedAt: '0', startedAt: '2026-11-24' },
      ...{ profile: null, recipe: 'custom', planDigest: null, choices: {} },
    };
    writeFileSync(join(dir, 'run.json'), JSON.stringify(record));
    writeFileSync(join(dir, 'build.log'), '#5 RUN x\n#5 E: Unable to locate package ffmpeg7\n');
    const diagnosis = {
      ...{ code: 'build-failed', title: 'It broke.', cause: 'So.', fixes: [], confidence: 1 },
      evidence: { line: 1, text: 'exit code: 100' },
    };
    const event = { v: 1, at: '2026-11-24T14:00:00.000Z', type: 'diagnosis', diagnosis };
    writeFileSync(join(dir, 'events.ndjson'), `${JSON.stringify(event)}\n`);
    const env = { STEADYDANCER_HOME: join(folder, 'state') };
    for (const [file, options] of [
      ['c2d1', {}],
      [dir, {}],
      [undefined, { run: 'c2d1' }],
      [undefined, { run: true as const }],
    ] as const) {
      const { exitCode, out } = await run(file, { json: true, ...options }, env);
      expect(exitCode).toBe(0);
      const { diagnoses } = diagnoseSchema.parse(JSON.parse(out[0] as string));
      expect(diagnoses.map(({ code, evidence }) => [code, evidence.file, evidence.line])).toEqual([
        ['build-failed', undefined, 1],
        ['apt-package-missing', 'build.log', 2],
      ]);
    }
    const none = run(undefined, { run: 'none' }, env);
    await expect(none).rejects.toThrow(new UsageError('There is no run none.'));
    await expect(run('x', { run: 'c2d1' }, env)).rejects.toThrow(UsageError);
  });

  it('a named pipe is refused at once; it would be waited for', async () => {
    const made = spawnSync('mkfifo', [join(folder, 'pipe')]);
    if (made.status !== 0) return;
    await expect(run('pipe', { json: true })).rejects.toThrow(/pipe or a device/);
  });

  it('lists the codes', async () => {
    const { exitCode, out } = await run(undefined, { json: true, codes: true });
    expect(exitCode).toBe(0);
    const { codes } = diagnosisCodesSchema.parse(JSON.parse(out[0] as string));
    expect(codes.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['disk-full-export', 'models-gated']),
    );
  });
});
