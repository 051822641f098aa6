import { existsSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { statusSchema } from '../../src/contract/status.ts';
import { connectDocker, resolveEndpoint } from '../../src/ports/docker.ts';
import { describeWithEngine } from './engine.ts';
import { eventSeen, freePort, ofType, Program } from './program.ts';

describeWithEngine('run --profile rehearsal on a real engine', () => {
  const program = new Program();
  let docker: Docker;
  let port: number;
  let args: string[];

  beforeAll(async () => {
    docker = await connectDocker(await resolveEndpoint(process.env, program.home));
    port = await freePort();
    args = ['--profile', 'rehearsal', '--set', `port=${port}`, '--yes'];
  });
  afterAll(async () => {
    await program.call(['stop']);
    await removeContainer(docker);
    rmSync(program.home, { recursive: true, force: true });
  });

  it('ends in a tested container and a verified file', async () => {
    const { exitCode, result, events } = await program.run(args);
    expect(result.summary).toContain(`http://127.0.0.1:${port}`);
    expect(exitCode).toBe(0);
    expect(result).toMatchObject({ ok: true, exitCode: 0, url: `http://127.0.0.1:${port}` });
    expect(result.image?.ref).toBe(`steadydancer:${result.planDigest?.slice(0, 12)}`);
    expect(result.phases.map(({ id }) => id)).toEqual([
      ...['prepare', 'validate', 'dependencies', 'models', 'image', 'launch', 'smoke'],
    ]);
    expect(result.smoke.map(({ id, status }) => `${id} ${status}`)).toEqual([
      ...['reachable ok', 'gpu skip', 'nodes ok', 'models skip', 'workflow ok', 'render ok'],
      'file ok',
    ]);
    const [output] = result.outputs;
    expect(output && existsSync(output.path)).toBe(true);
    expect(output?.path.startsWith(result.runDir ?? '?')).toBe(true);
    expect(ofType(events, 'run.started')).toHaveLength(1);
    expect(ofType(events, 'build.vertex').some(({ state }) => state === 'done')).toBe(true);
    expect(ofType(events, 'smoke.progress').length).toBeGreaterThan(0);
    expect(ofType(events, 'disk').length).toBeGreaterThan(0);
    expect((await (await fetch(`${result.url}/`)).text()).toLowerCase()).toContain('rehearsal');
  });

  it('runs it as the caller, without capabilities, on loopback, under a memory limit', async () => {
    const inspected = await docker.getContainer('steadydancer-rehearsal').inspect();
    expect(inspected.HostConfig.CapDrop).toEqual(['ALL']);
    expect(inspected.HostConfig.SecurityOpt?.join()).toContain('no-new-privileges');
    expect(inspected.HostConfig.ReadonlyRootfs).toBe(true);
    expect(inspected.HostConfig.Memory).toBeGreaterThan(0);
    expect(inspected.HostConfig.PortBindings['8188/tcp']).toEqual([
      { HostIp: '127.0.0.1', HostPort: String(port) },
    ]);
  });

  it('is satisfied the second time, in a few seconds', async () => {
    const before = Date.now();
    const { result, events } = await program.run(args);
    expect(result.ok).toBe(true);
    expect(result.phases.filter(({ satisfied }) => !satisfied)).toEqual([]);
    expect(result.smoke.length).toBe(7);
    expect(ofType(events, 'build.vertex')).toEqual([]);
    expect(Date.now() - before).toBeLessThan(8_000);
  });

  it('status names the container, the run and the address', async () => {
    const { stdout } = await program.call(['status', '--json']);
    const status = statusSchema.parse(JSON.parse(stdout));
    expect(status).toMatchObject({ running: true, run: { state: 'finished', ok: true } });
    expect(status.containers).toMatchObject([
      { name: 'steadydancer-rehearsal', url: `http://127.0.0.1:${port}` },
    ]);
  });

  it('logs gives what the build printed, --container what the server printed', async () => {
    const { result } = await program.run([...args, '--from', 'image', '--no-cache']);
    expect(result.ok).toBe(true);
    const { stdout: build } = await program.call(['logs']);
    expect(build.length).toBeGreaterThan(0);
    const { stdout: container } = await program.call(['logs', '--container']);
    expect(container).toContain('To see the GUI go to');
    const { stdout: lines } = await program.call(['logs', '--json']);
    expect(lines).toBe(readFileSync(join(result.runDir ?? '', 'events.ndjson'), 'utf8'));
  });

  it('takes the next port when its own is taken by another program, and says so', async () => {
    await program.call(['stop']);
    const squatter = createServer();
    await new Promise<void>((resolve) => squatter.listen(port, '127.0.0.1', resolve));
    try {
      const { result, events } = await program.run(args);
      expect(result.ok).toBe(true);
      expect(result.url).not.toBe(`http://127.0.0.1:${port}`);
      const said = [...ofType(events, 'question'), ...ofType(events, 'note')];
      expect(said.some(({ text }) => text.includes(String(port)))).toBe(true);
    } finally {
      squatter.close();
    }
  });

  it('without --yes that question ends the run with 18', async () => {
    await program.call(['stop']);
    const squatter = createServer();
    await new Promise<void>((resolve) => squatter.listen(port, '127.0.0.1', resolve));
    try {
      const { exitCode, result } = await program.run(args.filter((arg) => arg !== '--yes'));
      expect(exitCode).toBe(18);
      expect(result).toMatchObject({ ok: false, exitCode: 18, phase: 'launch' });
    } finally {
      squatter.close();
    }
  });

  it('--until image starts nothing; --stop-after leaves nothing running', async () => {
    await program.call(['stop']);
    await removeContainer(docker);
    const until = await program.run([...args, '--until', 'image']);
    expect(until.result).toMatchObject({ ok: true, container: null, url: null });
    expect(await containerState(docker)).toBeNull();
    const stopped = await program.run([...args, '--stop-after']);
    expect(stopped.result.ok).toBe(true);
    expect(await containerState(docker)).toBeNull();
  });

  it.each([
    ['image', 12, 'SIGTERM', 143],
    ['launch', 14, 'SIGINT', 130],
  ] as const)('a signal during %s stops cleanly', async (phase, _code, signal, exitCode) => {
    await removeContainer(docker);
    const child = program.start(['run', '--json', ...args, '--no-cache', '--from', 'image']);
    await eventSeen(child, (event) => event.type === 'phase.started' && event.phase === phase);
    child.kill(signal);
    const finished = await child.finished;
    expect(finished.exitCode).toBe(exitCode);
    const result = JSON.parse(finished.stdout.trim().split('\n').at(-1) ?? '');
    expect(result).toMatchObject({ type: 'result', ok: false, exitCode });
    expect(await containerState(docker)).not.toBe('running');
    expect((await program.run(args)).result.ok).toBe(true);
  });
});

async function containerState(docker: Docker): Promise<string | null> {
  try {
    return (await docker.getContainer('steadydancer-rehearsal').inspect()).State.Status;
  } catch {
    return null;
  }
}

async function removeContainer(docker: Docker): Promise<void> {
  await docker
    .getContainer('steadydancer-rehearsal')
    .remove({ force: true })
    .catch(() => {});
}
