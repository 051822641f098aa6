import type Docker from 'dockerode';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { connectDocker, resolveEndpoint } from '../../src/ports/docker.ts';
import { describeWithEngine } from '../engine/engine.ts';
import { freePort } from '../engine/program.ts';
import { type PtySession, restored } from './harness/session.ts';
import { choose, pressSlowly } from './menu.ts';
import { Person } from './wizard.ts';

const READY_MS = 60_000;

/** As real-run.test.ts, for what seldom breaks alone. */
describeWithEngine('more of the wizard on a real engine, in a real terminal', () => {
  let docker: Docker;
  let person: Person;

  const removeContainer = () =>
    docker
      .getContainer('steadydancer-rehearsal')
      .remove({ force: true })
      .catch(() => {});
  beforeAll(async () => {
    docker = await connectDocker(await resolveEndpoint(process.env, '/'));
  });
  beforeEach(async () => {
    await removeContainer();
    person = new Person();
  });
  afterEach(async () => {
    await person.close();
    await removeContainer();
  });

  const run = async (size = {}, more: string[] = []) => {
    const port = await freePort();
    const set = ['--profile', 'rehearsal', '--set', `port=${port}`];
    return { pty: person.open(['run', ...set, ...more], size), port };
  };
  const longRun = () => run({}, ['--no-cache']);
  const building = (pty: PtySession) => pty.waitFor(/RUN +image/, READY_MS);

  it('keys lead from the welcome to READY at 120 x 40', async () => {
    person.rehearsesOn(await freePort());
    const pty = person.open([], { columns: 120, rows: 40 });
    await choose(pty, 'Rehearse only');
    await pty.waitFor('[Machine]');
    pty.press('enter');
    await pty.waitFor('[Review]', READY_MS);
    pty.type('s');
    await pty.waitFor('READY in', READY_MS);
    expect(pty.flicker()).toEqual({ tall: 0, clears: 0 });
    pty.press('enter');
    expect(await pty.waitForExit()).toEqual({ exitCode: 0, signal: null });
    expect(pty.state()).toEqual(restored);
  });

  it('run --yes ends by itself, with its summary', async () => {
    const { pty, port } = await run({}, ['--yes']);
    await pty.waitFor('READY in', READY_MS);
    expect(pty.flicker().tall).toBe(0);
    expect(await pty.waitForExit()).toEqual({ exitCode: 0, signal: null });
    expect(pty.state()).toEqual(restored);
    expect(pty.mainScreen().join('\n')).toContain(`http://127.0.0.1:${port}`);
  });

  it('a terminal that is closed leaves the run going to its end', async () => {
    const { pty } = await longRun();
    await building(pty);
    pty.hangUp();
    expect((await pty.waitForExit()).exitCode).toBe(129);
    expect(person.runLives()).toBe(true);
    await expect
      .poll(() => person.run().events.at(-1), { timeout: READY_MS })
      .toMatchObject({ type: 'result', ok: true });
    const again = person.open(['attach']);
    await again.waitFor('READY in', READY_MS);
  });

  it('q, Stay: it goes on to READY', async () => {
    const { pty } = await longRun();
    await building(pty);
    pty.type('q');
    await pty.waitFor('Stop the run?');
    pty.press('enter');
    await pty.waitFor('READY in', READY_MS);
  });

  it('SIGTERM to attach leaves the run alone', async () => {
    const { pty } = await longRun();
    await building(pty);
    const looking = person.open(['attach']);
    await looking.waitFor(/RUN +|READY/, READY_MS);
    looking.kill('SIGTERM');
    expect((await looking.waitForExit()).exitCode).toBe(143);
    expect(looking.state()).toEqual(restored);
    await pty.waitFor('READY in', READY_MS);
  });

  it('beyond this computer is asked about, and the first answer keeps it on loopback', async () => {
    const { pty, port } = await run({}, ['--set', 'listen=0.0.0.0']);
    await pty.waitFor('can run programs on this', READY_MS);
    await pressSlowly(pty, () => pty.text().includes('Enter answer'));
    await pty.waitFor('READY in', READY_MS);
    const { HostConfig } = await docker.getContainer('steadydancer-rehearsal').inspect();
    expect(HostConfig.PortBindings['8188/tcp']).toEqual([
      { HostIp: '127.0.0.1', HostPort: String(port) },
    ]);
  });
});
