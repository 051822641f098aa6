import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { plan } from '../../../src/commands/plan.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'sd-choices-'));
  writeFileSync(join(home, 'file'), 'x');
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

async function refused(set: string[]): Promise<{ exitCode: number; said: string }> {
  const said: string[] = [];
  const io = {
    env: { PATH: home, HOME: home, STEADYDANCER_HOME: home, DOCKER_HOST: `unix://${home}/none` },
    cwd: home,
    home,
    interactive: false,
    out: () => undefined,
    say: (line: string) => void said.push(line),
  };
  const options = { profile: 'rehearsal', set, json: true };
  const exitCode = await plan(options, io as Parameters<typeof plan>[1]).catch((error: Error) => {
    said.push(error.message);
    return error.name === 'UsageError' ? 2 : 1;
  });
  return { exitCode, said: said.join('\n') };
}

const hex = '0123456789'.repeat(4);
const wanvideo = 'kijai/ComfyUI-WanVideoWrapper';

test.each([
  [['stack=nope'], 10, /There is no stack `nope`; there are: torch28-cu128/],
  [['outputDir=file'], 10, /outputDir is \S+file, and that is no folder\./],
  [['inputDir=file/below'], 10, /inputDir is \S+below, and that is no folder\./],
  [['gpu=Voodoo'], 10, /GPU Voodoo is not in this computer/],
  [['gpu=Voodoo', 'target=file'], 10, /GPU Voodoo is not in this computer/],
  [[`extraNodes=x/${wanvideo}@${hex}`], 10, /folder ComfyUI-WanVideoWrapper, which SteadyDancer/],
  [[`extraNodes=a/own@${hex},b/own.git@${hex}`], 10, /b\/own\.git would go into the folder own/],
  [['extraNodes=a/own@0123456'], 2, /with all 40 digits/],
  [[`extraNodes=own@${hex}`], 2, /owner\/repo@commit/],
  [[`extraNodes=https://user:pw@host/a/b@${hex}`], 2, /extraNodes takes/],
  [[`extraNodes=a/$(reboot)@${hex}`], 2, /extraNodes takes/],
  [[`extraNodes=../../etc@${hex}`], 2, /extraNodes takes/],
  [[`extraNodes=a/-x@${hex}`], 2, /extraNodes takes/],
  [[`extraNodes=file:///srv/x@${hex}`], 2, /extraNodes takes/],
])('%j: exit %i and a sentence', async (set, code, words) => {
  const { exitCode, said } = await refused(set);
  expect(said).toMatch(words);
  expect(exitCode).toBe(code);
});

test('what is possible is not refused', async () => {
  const set = [
    `extraNodes=a/own@${hex},https://git.example.org/b/c.git@${hex}`,
    'outputDir=new/one',
  ];
  expect(await refused(set)).toMatchObject({ exitCode: 0 });
});
