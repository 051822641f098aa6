import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectDocker, resolveEndpoint } from '../../src/ports/docker.ts';
import { describeWithEngine } from './engine.ts';
import { freePort, ofType, Program } from './program.ts';

const dance = join(import.meta.dirname, '../../docker/workflows/rehearsal.api.json');

/** Each case is a person's own Dockerfile on top of the rehearsal image: recipe `custom`. */
describeWithEngine('what a run says when something breaks', () => {
  const program = new Program();
  let docker: Docker;
  let base: string;
  let port: number;

  beforeAll(async () => {
    docker = await connectDocker(await resolveEndpoint(process.env, program.home));
    port = await freePort();
    const built = await program.run(['--profile', 'rehearsal', '--yes', '--until', 'image']);
    base = built.result.image?.ref ?? '';
    expect(built.result.ok).toBe(true);
  });
  afterAll(async () => {
    await docker
      .getContainer('steadydancer-custom')
      .remove({ force: true })
      .catch(() => {});
    rmSync(program.home, { recursive: true, force: true });
  });

  const runOwn = async (name: string, dockerfile: string, more: string[] = []) => {
    const dir = join(program.home, name);
    mkdirSync(dir, { recursive: true });
    writeFileSync(join(dir, 'Dockerfile'), dockerfile);
    const choices = ['recipe=custom', `context=${dir}`, `port=${port}`, ...more];
    return program.run([...choices.flatMap((choice) => ['--set', choice]), '--yes']);
  };
  const fault = (name: string) => `FROM ${base}\nENV STEADYDANCER_REHEARSAL_FAULT=${name}\n`;

  it('a failing step: 12, the step, its last words and its Dockerfile line', async () => {
    const { exitCode, result, events } = await runOwn(
      'bad-step',
      `FROM ${base}\nRUN ["/usr/bin/node", "-e", "1"]\nRUN ["/usr/bin/node", "-e", "console.error('boom: no such wheel'); process.exit(3)"]\n`,
    );
    expect(exitCode).toBe(12);
    expect(result).toMatchObject({ ok: false, exitCode: 12, phase: 'image' });
    expect(result.diagnoses[0]).toMatchObject({ code: 'build-step-failed' });
    expect(result.diagnoses[0]?.evidence.text).toContain('boom: no such wheel');
    const failed = ofType(events, 'build.vertex').find(({ state }) => state === 'failed');
    expect(failed?.name).toContain('[3/3]');
  });

  it('a Dockerfile that is none: 11, before anything is built', async () => {
    const { exitCode, result } = await runOwn('no-from', 'RNU echo\n');
    expect(exitCode).toBe(11);
    expect(result).toMatchObject({ phase: 'validate' });
  });

  it('a base that is nowhere: 12 and its name', async () => {
    const { exitCode, result } = await runOwn('no-base', 'FROM localhost:1/not/there:1\n');
    expect(exitCode).toBe(12);
    expect(JSON.stringify(result.diagnoses)).toContain('localhost:1/not/there:1');
  });

  it('a container that exits at start: 14, exit code and last line, and it is kept', async () => {
    const { exitCode, result } = await runOwn('exits', fault('exit-at-start'));
    expect(exitCode).toBe(14);
    expect(result).toMatchObject({ phase: 'launch', diagnoses: [{ code: 'container-exited' }] });
    expect(result.summary).toContain('exit code');
    const kept = await docker.getContainer('steadydancer-custom').inspect();
    expect(kept.State.Status).toBe('exited');
  });

  it.each([
    ['missing-node', 'nodes'],
    ['execution-error', 'render'],
    ['black-video', 'file'],
  ])('a server with %s: 15, and the level says it; the container stays up', async (name, level) => {
    const { exitCode, result } = await runOwn(name, fault(name), [`workflow=${dance}`]);
    expect(exitCode).toBe(15);
    expect(result).toMatchObject({ ok: false, phase: 'smoke' });
    expect(result.smoke.find(({ status }) => status === 'fail')?.id).toBe(level);
    expect(result.diagnoses).toHaveLength(1);
    const container = await docker.getContainer('steadydancer-custom').inspect();
    expect(container.State.Status).toBe('running');
  });

  it('a time limit on the build: 17, and what is done is kept', async () => {
    const { exitCode, result } = await runOwn(
      'slow',
      `FROM ${base}\nRUN ["/usr/bin/node", "-e", "setTimeout(() => {}, 60000)"]\n`,
      ['timeoutMinutes=0.05'],
    );
    expect(exitCode).toBe(17);
    expect(result.diagnoses[0]?.code).toBe('build-timed-out');
  });

  it('an engine that is not there: 10, and what to do', async () => {
    const lost = new Program({ DOCKER_HOST: `unix://${join(program.home, 'none.sock')}` });
    const { exitCode, result } = await lost.run(['--profile', 'rehearsal', '--yes']);
    expect(exitCode).toBe(10);
    expect(result).toMatchObject({ phase: 'prepare' });
    expect(result.diagnoses[0]?.code).toMatch(/^engine-/);
    rmSync(lost.home, { recursive: true, force: true });
  });
});
