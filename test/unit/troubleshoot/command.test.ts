import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { diagnose } from '../../../src/commands/diagnose.ts';
import type { Io } from '../../../src/commands/io.ts';
import { diagnoseSchema, diagnosisCodesSchema } from '../../../src/contract/diagnosis.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'diagnose-'));
  writeFileSync(join(folder, 'build.log'), 'fine\nE: Unable to locate package ffmpeg7\n');
  writeFileSync(join(folder, 'good.log'), 'Successfully installed einops-0.8.0\n');
  writeFileSync(join(folder, 'empty.log'), '');
});
afterAll(() => rmSync(folder, { recursive: true }));

async function run(file: string | undefined, options: { json?: boolean; codes?: boolean }) {
  const out: string[] = [];
  const said: string[] = [];
  const io: Io = {
    env: {},
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
  ])('%s: exit 2 with a sentence', async (file, sentence) => {
    expect(await run(file, { json: true })).toEqual({ exitCode: 2, out: [], said: [sentence] });
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
