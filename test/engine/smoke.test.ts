import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { execInside } from '../../src/launch/exec.ts';
import { connectDocker, resolveEndpoint } from '../../src/ports/docker.ts';
import { describeWithEngine } from './engine.ts';
import { freePort, ofType, Program } from './program.ts';

/** The test video in a container of a real engine, where memory runs full and where all is well. */
describeWithEngine('the test video of a run', () => {
  const program = new Program();
  let docker: Docker;
  let base: string;
  let port: number;

  beforeAll(async () => {
    docker = await connectDocker(await resolveEndpoint(process.env, program.home));
    port = await freePort();
    const { result } = await program.run(['--profile', 'rehearsal', '--yes', '--until', 'image']);
    expect(result.ok, result.summary).toBe(true);
    base = result.image?.ref ?? '';
  });
  // One that ended by itself would be kept aside for its log by the next launch.
  afterEach(async () => {
    await docker
      .getContainer('steadydancer-custom')
      .remove({ force: true })
      .catch(() => {});
  });
  afterAll(() => {
    rmSync(program.home, { recursive: true, force: true });
  });

  const runWith = async (fault: string, more: string[] = []) => {
    const dir = join(program.home, fault);
    mkdirSync(dir, { recursive: true });
    const dockerfile = `FROM ${base}\nENV STEADYDANCER_REHEARSAL_FAULT=${fault}\n`;
    writeFileSync(join(dir, 'Dockerfile'), dockerfile);
    const choices = ['recipe=custom', `context=${dir}`, `port=${port}`, ...more];
    return program.run([...choices.flatMap((choice) => ['--set', choice]), '--yes']);
  };

  it('a server that is killed while it renders is told by its exit code, not by its port', async () => {
    const { exitCode, result } = await runWith('exit-in-render');
    expect(exitCode).toBe(15);
    expect(result.diagnoses).toMatchObject([{ code: 'container-oom-killed' }]);
    expect(result.diagnoses[0]?.evidence.text).toMatch(/^exit code 137, OOMKilled (?:true|false)$/);
    expect(result.smoke.find(({ status }) => status === 'fail')?.id).toBe('render');
  });

  it('full video memory is told by its node, and the server goes on', async () => {
    const { exitCode, result } = await runWith('out-of-memory');
    expect(exitCode).toBe(15);
    expect(result.diagnoses).toMatchObject([{ code: 'smoke-out-of-memory' }]);
    expect(result.diagnoses[0]?.evidence.text).toContain('OutOfMemoryError');
    const container = docker.getContainer('steadydancer-custom');
    expect((await container.inspect()).State.Running).toBe(true);
    await besideTheServer(container);
  });

  /** The way of the GPU proof: a command beside the server, which ends when nobody waits for it. */
  async function besideTheServer(container: Docker.Container) {
    const never = new AbortController().signal;
    const limits = { timeoutMs: 60_000, signal: never };
    const said = "console.log('one'); console.error('\\u001b]0;title\\u0007two'); process.exit(7)";
    const done = await execInside(container, ['/usr/bin/node', '-e', said], limits);
    expect(done.exitCode).toBe(7);
    expect(done.text.split('\n').sort()).toEqual(['one', 'two']);
    const absent = await execInside(container, ['python', '-c', ''], limits).catch(String);
    expect(JSON.stringify(absent)).toMatch(/not found|no such file/i);

    const waits = "process.stdin.on('end', () => process.exit(3)).resume(); console.log('waits')";
    const processes = async () =>
      ((await container.top()) as { Processes: string[][] }).Processes.filter((columns) =>
        columns.join(' ').includes('stdin'),
      ).length;
    const stop = new AbortController();
    const reason = new Error('stopped');
    const running = execInside(container, ['/usr/bin/node', '-e', waits], {
      ...limits,
      signal: stop.signal,
    }).catch((error: unknown) => error);
    await expect.poll(processes, { timeout: 20_000 }).toBe(1);
    stop.abort(reason);
    expect(await running).toBe(reason);
    await expect.poll(processes, { timeout: 20_000 }).toBe(0);
  }

  it('a workflow of ComfyUI’s page is converted by the server’s own classes', async () => {
    const workflow = join(program.home, 'page.json');
    const nodes = [
      { id: 1, type: 'RehearsalDancer', widgets_values: [64, 112, 9, 7, 'fixed'], inputs: [] },
      { id: 2, type: 'Reroute', inputs: [{ name: '', type: '*', link: 1 }] },
      {
        ...{ id: 3, type: 'SaveAnimatedPNG', widgets_values: ['page', 16, 4] },
        inputs: [{ name: 'images', type: 'IMAGE', link: 2 }],
      },
    ];
    const links = [
      [1, 1, 0, 2, 0, 'IMAGE'],
      [2, 2, 0, 3, 0, 'IMAGE'],
    ];
    writeFileSync(workflow, JSON.stringify({ nodes, links, version: 0.4 }));
    const { exitCode, result, events } = await runWith('none', [`workflow=${workflow}`]);
    expect(exitCode, result.summary).toBe(0);
    const file = ofType(events, 'smoke.level').find(({ id }) => id === 'file');
    expect(file?.detail).toContain('9 frames of 64x112');
  });
});
