import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { choiceFacts } from '../../../src/pipeline/choice-facts.ts';
import { mergeChoices } from '../../../src/profiles/merge-choices.ts';
import { parseSets } from '../../../src/profiles/parse-set.ts';
import { plan } from '../../../src/recipe/plan.ts';
import { resolveChoices } from '../../../src/recipe/resolve-choices.ts';
import { input, machine } from './machines.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'sd-choices-'));
  writeFileSync(join(home, 'file'), 'x');
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

/** Why a rehearsal with these `--set` does not run: the way of `plan` and `run`, without looking at this machine. */
async function refusal(sets: string[]): Promise<string | null> {
  const choices = mergeChoices({ recipe: 'rehearsal' }, parseSets(sets));
  const facts = await choiceFacts({
    choices: resolveChoices(choices),
    profile: null,
    machine: machine(),
    docker: null,
    env: { STEADYDANCER_HOME: home },
    home,
    cwd: home,
  });
  return plan(input({ ...facts, choices })).refusal?.message ?? null;
}

const hex = '0123456789'.repeat(4);
const wanvideo = 'kijai/ComfyUI-WanVideoWrapper';

test.each([
  [['stack=nope'], /There is no stack `nope`; there are: torch28-cu128/],
  [['outputDir=file'], /outputDir is \S+file, and that is no folder\./],
  [['inputDir=file/below'], /inputDir is \S+below, and that is no folder\./],
  [['gpu=Voodoo'], /GPU Voodoo is not in this computer/],
  [['gpu=Voodoo', 'target=file'], /GPU Voodoo is not in this computer/],
  [[`extraNodes=x/${wanvideo}@${hex}`], /folder ComfyUI-WanVideoWrapper, which SteadyDancer/],
  [[`extraNodes=a/own@${hex},b/own.git@${hex}`], /b\/own\.git would go into the folder own/],
  [['image=./absent.tar'], /There is no image file to read at \S+absent\.tar/],
  [['image=./file.tar', 'recipe=custom'], /There is no image file to read at \S+file\.tar/],
])('%j is refused with a sentence', async (sets, words) => {
  expect(await refusal(sets)).toMatch(words);
});

test.each([
  ['extraNodes=a/own@0123456', /with all 40 digits/],
  [`extraNodes=own@${hex}`, /owner\/repo@commit/],
  [`extraNodes=https://user:pw@host/a/b@${hex}`, /extraNodes takes/],
  [`extraNodes=a/$(reboot)@${hex}`, /extraNodes takes/],
  [`extraNodes=../../etc@${hex}`, /extraNodes takes/],
  [`extraNodes=a/-x@${hex}`, /extraNodes takes/],
  [`extraNodes=file:///srv/x@${hex}`, /extraNodes takes/],
])('--set %s is a usage error', async (set, words) => {
  await expect(refusal([set])).rejects.toMatchObject({
    name: 'UsageError',
    message: expect.stringMatching(words),
  });
});

test('what is possible is not refused, and reaches the build with whole addresses', async () => {
  const nodes = `a/own@${hex},https://git.example.org/b/c.git@${hex}`;
  expect(await refusal([`extraNodes=${nodes}`, 'outputDir=new/one'])).toBeNull();
  const elsewhere = { target: 'file', gpu: 'RTX 4090', extraNodes: nodes.split(',') } as const;
  const { args } = plan(
    input({ choices: { ...elsewhere, extraNodes: [...elsewhere.extraNodes] } }),
  ).plan;
  expect(args.EXTRA_NODES).toBe(
    `https://github.com/a/own@${hex} https://git.example.org/b/c.git@${hex}`,
  );
});
