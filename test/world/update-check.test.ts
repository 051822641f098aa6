import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { plan } from '../../src/commands/plan.ts';
import { update } from '../../src/commands/update.ts';
import type { Prove } from '../../src/commands/update-proof.ts';
import { planSchema } from '../../src/contract/plan.ts';
import { type UpdateReport, updateSchema } from '../../src/contract/update.ts';
import { defaultStack } from '../../src/recipe/stacks.ts';
import { fakeNvidiaSmi } from './fake-nvidia-smi.ts';
import { type Repositories, serveRepositories } from './recipe/repositories.ts';
import { roomyPlan } from './roomy-plan.ts';

let home: string;
let upstream: Repositories;
beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'sd-update-'));
  upstream = await serveRepositories(join(home, 'git'));
});
afterEach(async () => {
  await upstream.close();
  rmSync(home, { recursive: true, force: true });
});

/** An own profile whose git mirror is the small world, on a machine with an RTX 4090. */
function io(choices: object = {}) {
  const profiles = join(home, 'own', 'profiles');
  mkdirSync(profiles, { recursive: true });
  const mirrors = { git: `git://127.0.0.1:${upstream.port}` };
  const all = { recipe: 'steadydancer', mirrors, diskReserveBytes: 0, ...choices };
  writeFileSync(
    join(profiles, 'mine.json'),
    JSON.stringify({ schema: 1, name: 'mine', choices: all }),
  );
  const printed: string[] = [];
  const said: string[] = [];
  return {
    env: {
      PATH: `${fakeNvidiaSmi(home)}:${process.env.PATH}`,
      HOME: home,
      STEADYDANCER_HOME: join(home, 'own'),
      DOCKER_HOST: `unix://${home}/none.sock`,
      HF_ENDPOINT: 'http://127.0.0.1:9',
    },
    cwd: home,
    home,
    interactive: false,
    out: (line: string) => void printed.push(line),
    say: (line: string) => void said.push(line),
    printed,
    said,
  };
}
type TestIo = ReturnType<typeof io>;

async function call(to: TestIo, options: object, prove?: Prove) {
  const exitCode = await update({ profile: 'mine', json: true, ...options }, to, {
    plan: roomyPlan,
    ...(prove ? { prove } : {}),
  });
  expect(to.printed).toHaveLength(1);
  const report: UpdateReport = updateSchema.parse(JSON.parse(to.printed.splice(0)[0] ?? ''));
  return { exitCode, report };
}

async function planned(to: TestIo) {
  await plan({ profile: 'mine', json: true }, to);
  return planSchema.parse(JSON.parse(to.printed.splice(0)[0] ?? ''));
}

const passes: Prove = async () => ({
  exitCode: 0,
  summary: 'ComfyUI runs and passed its test.',
  runId: 'r1',
  image: { ref: 'steadydancer:new', id: 'sha256:new' },
});
const fails: Prove = async () => ({
  exitCode: 12,
  summary: 'ComfyUI-KJNodes has no node class X at this commit.',
  runId: 'r2',
  image: null,
});

test('--check names each pin from where to where, asks the mirror, and changes nothing', async () => {
  const to = io();
  const { exitCode, report } = await call(to, { check: true });
  expect(exitCode).toBe(0);
  expect(report).toMatchObject({
    did: 'looked',
    stack: defaultStack().id,
    back: null,
    runId: null,
  });
  const own = Object.fromEntries(
    report.pins.map(({ id, to: commit }) => [`${id.toUpperCase()}_COMMIT`, commit]),
  );
  expect(own).toEqual(upstream.commits);
  for (const { id, from, state, repository } of report.pins) {
    expect(state).toBe('moved');
    expect(repository).toMatch(/^git:\/\/127\.0\.0\.1:\d+\/[\w-]+\/[\w-]+$/);
    const { comfyui, nodes } = defaultStack();
    expect(from).toBe(id === 'comfyui' ? comfyui.commit : (nodes as Record<string, string>)[id]);
  }
  expect(to.said.join('\n')).toMatch(/ComfyUI-KJNodes +fca78c9 {2}-> {2}[0-9a-f]{7}/);
  expect((await planned(to)).pins).toBeUndefined();
});

test('what passed is in the plan, its digest and its commands; --back returns to what was', async () => {
  const to = io();
  const before = await planned(to);
  const { exitCode, report } = await call(to, { yes: true }, passes);
  expect(exitCode, to.said.join('\n')).toBe(0);
  expect(report).toMatchObject({
    did: 'updated',
    runId: 'r1',
    current: { image: { ref: 'steadydancer:new' } },
    back: { pins: null },
  });
  const after = await planned(to);
  expect(after.planDigest).toBe(report.current.planDigest);
  expect(after.planDigest).not.toBe(before.planDigest);
  expect(after.args).toMatchObject(upstream.commits);
  expect(after.pins).toHaveLength(5);
  expect(after.commands[0]).toContain(`KJNODES_COMMIT=${upstream.commits.KJNODES_COMMIT}`);
  const file = join(home, 'own', 'profiles', 'pins', 'mine.json');
  expect(statSync(file).mode & 0o777).toBe(0o600);

  expect((await call(to, { yes: true }, fails)).report.did).toBe('nothing');

  const back = await call(to, { back: true });
  expect(back.report).toMatchObject({ did: 'went-back', current: { pins: null }, back: null });
  expect((await planned(to)).planDigest).toBe(before.planDigest);
  await expect(update({ profile: 'mine', back: true }, to)).rejects.toThrow(
    /nothing to go back to/,
  );
});

test('a candidate that fails leaves the last good pins, file and digest as they were', async () => {
  const to = io();
  await call(to, { yes: true }, passes);
  const file = join(home, 'own', 'profiles', 'pins', 'mine.json');
  const before = readFileSync(file, 'utf8');
  const moved = upstream.move('kjnodes', 'harmless');
  const { exitCode, report } = await call(to, { yes: true }, fails);
  expect(exitCode).toBe(12);
  expect(report).toMatchObject({ ok: false, did: 'kept', runId: 'r2' });
  expect(report.summary).toMatch(/^Nothing was changed.*has no node class X/);
  expect(report.pins.filter(({ state }) => state === 'moved')).toEqual([
    expect.objectContaining({ id: 'kjnodes', to: moved }),
  ]);
  expect(readFileSync(file, 'utf8')).toBe(before);
});

test('without --yes and without a person it ends with 18 and has built nothing', async () => {
  const built: unknown[] = [];
  const { exitCode, report } = await call(io(), {}, async (candidate) => {
    built.push(candidate);
    return passes(candidate, io());
  });
  expect(exitCode).toBe(18);
  expect(report.did).toBe('looked');
  expect(built).toEqual([]);
});

test('one repository that does not answer is named; where none does, it is a failure', async () => {
  rmSync(join(home, 'git', 'kijai', 'ComfyUI-KJNodes'), { recursive: true });
  const { report } = await call(io(), { check: true });
  const unseen = report.pins.find(({ id }) => id === 'kjnodes');
  expect(unseen).toMatchObject({ state: 'unseen', to: null, why: expect.stringMatching(/\w/) });
  await expect(
    update({ profile: 'mine', check: true }, io({ mirrors: { git: 'git://127.0.0.1:9' } })),
  ).rejects.toMatchObject({ details: { code: 'update-upstream-unseen' } });
});

test('a profile that runs elsewhere, a rehearsal and a ready image are not updated', async () => {
  await expect(update({ profile: 'rehearsal' }, io())).rejects.toThrow(/has no pins/);
  await expect(update({ profile: 'mine' }, io({ image: 'a/b' }))).rejects.toThrow(/has no pins/);
  const elsewhere = io({ target: 'runpod', gpu: 'L40S' });
  await expect(
    update({ profile: 'mine', yes: true }, elsewhere, { prove: passes, plan: roomyPlan }),
  ).rejects.toMatchObject({
    details: { code: 'update-not-testable' },
  });
});
