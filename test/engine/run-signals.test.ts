import { rmSync } from 'node:fs';
import type Docker from 'dockerode';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectDocker, resolveEndpoint } from '../../src/ports/docker.ts';
import { describeWithEngine } from './engine.ts';
import { freePort, Program } from './program.ts';

describeWithEngine('a signal in the first moments of a run', () => {
  const program = new Program();
  let docker: Docker;
  let args: string[];

  beforeAll(async () => {
    docker = await connectDocker(await resolveEndpoint(process.env, program.home));
    args = [
      'run',
      '--profile',
      'rehearsal',
      '--yes',
      '--json',
      '--set',
      `port=${await freePort()}`,
    ];
  });
  afterAll(async () => {
    await docker
      .getContainer('steadydancer-rehearsal')
      .remove({ force: true })
      .catch(() => {});
    rmSync(program.home, { recursive: true, force: true });
  });

  // From the moment that the run's folder is there: before its process listens on the socket.
  it.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('%s is heard', async (signal, exitCode) => {
    const child = program.start(args);
    await program.runBegun();
    child.kill(signal);
    const { exitCode: ended, stdout } = await child.finished;
    const result = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
    expect(result).toMatchObject({ type: 'result', ok: false, exitCode });
    expect(ended).toBe(exitCode);
  });

  it('two at once are one wish, and end by their own number', async () => {
    const child = program.start(args);
    await program.runBegun();
    child.kill('SIGTERM');
    child.kill('SIGTERM');
    expect((await child.finished).exitCode).toBe(143);
  });
});
