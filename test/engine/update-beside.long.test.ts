import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { proveByRun } from '../../src/commands/update-proof.ts';
import type { Choices } from '../../src/contract/choices.ts';
import { findNamed } from '../../src/launch/named-container.ts';
import { describeWithEngine } from './engine.ts';
import { testDocker } from './images.ts';
import { freePort, Program } from './program.ts';

/** How `update` builds and tests beside what runs; with the rehearsal, which needs no GPU. */
describeWithEngine('a candidate of update, beside what runs', () => {
  const docker = testDocker();
  const program = new Program();
  const script = process.argv[1];
  const images = new Set<string>();
  let running = '';
  let choices: Choices;

  beforeAll(async () => {
    // A run's process is this program again.
    process.argv[1] = join(import.meta.dirname, '../../dist/main.js');
    choices = { recipe: 'rehearsal', port: await freePort() };
    await program.call(['profiles', 'copy', 'rehearsal', 'mine']);
    const { result, stderr } = await program.run([
      ...['--profile', 'mine', '--yes', '--set', `port=${choices.port}`],
    ]);
    expect(result, stderr).toMatchObject({ ok: true });
    running = result.container?.id ?? '';
    images.add(result.image?.ref ?? '');
  });
  afterAll(async () => {
    process.argv[1] = script ?? '';
    await program.call(['stop', '--profile', 'mine']);
    for (const name of ['steadydancer-mine', 'steadydancer-mine-update']) {
      await docker
        .getContainer(name)
        .remove({ force: true })
        .catch(() => undefined);
    }
    for (const ref of images) {
      await docker
        .getImage(ref)
        .remove({ force: true })
        .catch(() => undefined);
    }
    rmSync(program.home, { recursive: true, force: true });
  });

  const prove = (more: Choices) => {
    const said: string[] = [];
    const io = {
      env: program.env,
      cwd: program.home,
      home: program.home,
      interactive: false,
      out: () => undefined,
      say: (line: string) => void said.push(line),
    };
    const pins = { stack: 'none', over: {}, commits: {} };
    const candidate = { profile: 'mine', choices: { ...choices, ...more }, pins };
    return proveByRun(candidate, io as unknown as Parameters<typeof proveByRun>[1]);
  };
  const stillRuns = async () => {
    const info = await findNamed(docker, 'steadydancer-mine');
    expect(info).toMatchObject({ Id: running, State: { Running: true } });
  };

  it('is built under its own tag, tested on the next free port, and leaves no container', async () => {
    const proof = await prove({ outputDir: '~/other' });
    images.add(proof.image?.ref ?? '');
    expect(proof).toMatchObject({ exitCode: 0, runId: expect.any(String) });
    expect(images.size).toBe(2);
    expect((await docker.getImage(proof.image?.ref ?? '').inspect()).Id).toBe(proof.image?.id);
    expect(await findNamed(docker, 'steadydancer-mine-update')).toBeNull();
    await stillRuns();
  });

  it('that fails is a sentence and an exit code, and what runs goes on', async () => {
    writeFileSync(join(program.home, 'file'), '');
    const proof = await prove({ outputDir: '~/file' });
    expect(proof).toMatchObject({ exitCode: 10, image: null });
    expect(proof.summary).toMatch(/outputDir is \S+file, and that is no folder\./);
    await stillRuns();
  });
});
