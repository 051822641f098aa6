import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connectDocker, resolveEndpoint } from '../../src/ports/docker.ts';
import { describeWithEngine } from '../engine/engine.ts';
import { freePort } from '../engine/program.ts';
import { type PtySession, restored } from './harness/session.ts';
import { choose, pressSlowly } from './menu.ts';
import { Person } from './wizard.ts';

const READY_MS = 60_000;
const sizes = [
  { columns: 80, rows: 24 },
  { columns: 40, rows: 15 },
];
const smooth = { tall: 0, clears: 0 };

describeWithEngine('the wizard on a real engine, in a real terminal under CI=true', () => {
  let docker: Docker;
  let person: Person;

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
  /** The image is built from nothing, so that there is something to see and to stop. */
  const longRun = () => run({}, ['--no-cache']);
  const building = (pty: PtySession) => pty.waitFor(/RUN +image/, READY_MS);

  it.each(sizes)('keys lead from the welcome to READY at $columns x $rows', async (size) => {
    const port = await freePort();
    person.rehearsesOn(port);
    const pty = person.open([], size);
    await choose(pty, 'Rehearse only');
    await pty.waitFor('[Machine]');
    // Before everything is seen: it is remembered, and stops at the review.
    pty.press('enter');
    await pty.waitFor('[Review]', READY_MS);
    expect(pty.text()).toContain('rehearsal');
    pty.type('s');
    await pty.waitFor('READY in', READY_MS);
    expect(pty.state()).toMatchObject({ alternateScreen: true, cursorShown: false });
    expect(pty.flicker()).toEqual(smooth);
    pty.press('enter');
    expect(await pty.waitForExit()).toEqual({ exitCode: 0, signal: null });
    expect(pty.state()).toEqual(restored);
    const left = pty.mainScreen().join('\n');
    expect(left).toContain('READY in');
    expect(left).toContain(`http://127.0.0.1:${port}`);
    expect(left).toContain('main.js stop');
    expect(await containerState()).toBe('running');
  });

  it('--plain prints lines on the main screen', async () => {
    const { pty } = await run({}, ['--yes', '--plain']);
    expect((await pty.waitForExit(READY_MS)).exitCode).toBe(0);
    expect(pty.mainScreen().join('\n')).toMatch(/image: ok in .*\n[\s\S]*READY/);
    expect(pty.flicker()).toEqual(smooth);
  });

  it('is drawn anew at each size while the run goes on', async () => {
    const { pty } = await run({ columns: 120, rows: 40 }, ['--no-cache']);
    await building(pty);
    for (const [columns, rows] of [
      [40, 15],
      [100, 30],
      [80, 24],
    ] as const) {
      await pty.resize(columns, rows);
      expect(pty.screen()).toHaveLength(rows);
    }
    await pty.waitFor('READY in', READY_MS);
    expect(pty.flicker().tall).toBe(0);
  });

  it('a UI that is killed leaves the run going; attach shows it to its end', async () => {
    const { pty } = await longRun();
    await building(pty);
    pty.kill('SIGKILL');
    await pty.waitForExit();
    expect(person.runLives()).toBe(true);
    const again = person.open(['attach']);
    await again.waitFor(`run ${person.run().id.split('-').at(-1)}`);
    await again.waitFor('READY in', READY_MS);
    again.press('enter');
    expect((await again.waitForExit()).exitCode).toBe(0);
    expect(again.state()).toEqual(restored);
    expect(person.run().events.at(-1)).toMatchObject({ type: 'result', ok: true });
  });

  describe('q while the run goes on', () => {
    const asked = async () => {
      const { pty } = await longRun();
      await building(pty);
      pty.type('q');
      await pty.waitFor('Stop the run?');
      return pty;
    };

    it('Keep running: the screen goes, the run ends well', async () => {
      const pty = await asked();
      pty.press('down');
      pty.press('enter');
      expect((await pty.waitForExit()).exitCode).toBe(0);
      expect(pty.state()).toEqual(restored);
      expect(pty.mainScreen().join('\n')).toContain(`main.js attach ${person.run().id}`);
      await expect
        .poll(() => person.run().events.at(-1), { timeout: READY_MS })
        .toMatchObject({ type: 'result', ok: true });
    });

    it('Stop: it ends cleanly with 130 and nothing runs', async () => {
      const pty = await asked();
      pty.press('up');
      pty.press('enter');
      expect((await pty.waitForExit(READY_MS)).exitCode).toBe(130);
      expect(pty.state()).toEqual(restored);
      expect(pty.mainScreen().join('\n')).toContain('Stopped');
      expect(person.run().events.at(-1)).toMatchObject({ type: 'result', exitCode: 130 });
      expect(await containerState()).not.toBe('running');
    });
  });

  it('Ctrl-C asks, a second one forces: 130, at once, and a restored terminal', async () => {
    const { pty } = await longRun();
    await building(pty);
    pty.press('ctrl-c');
    await pty.waitFor('Stop the run?');
    pty.press('ctrl-c');
    expect((await pty.waitForExit()).exitCode).toBe(130);
    expect(pty.state()).toEqual(restored);
    await expect.poll(() => person.runLives()).toBe(false);
  });

  it('SIGTERM stops a run that was started here: 143', async () => {
    const { pty } = await longRun();
    await building(pty);
    pty.kill('SIGTERM');
    expect((await pty.waitForExit(READY_MS)).exitCode).toBe(143);
    expect(pty.state()).toEqual(restored);
    expect(person.run().events.at(-1)).toMatchObject({ type: 'result', exitCode: 143 });
  });

  it('the question of a taken port is on the screen and answered by a key', async () => {
    const { server, port } = await squatter();
    try {
      const pty = person.open(['run', '--profile', 'rehearsal', '--set', `port=${port}`]);
      await pty.waitFor(`Port ${port} is taken by`, READY_MS);
      await pressSlowly(pty, () => pty.text().includes('Enter answer'));
      await pty.waitFor('READY in', READY_MS);
      expect(pty.text()).not.toContain(`127.0.0.1:${port} `);
      const answers = person.run().events.filter(({ type }) => type === 'answer');
      expect(answers).toMatchObject([{ id: 'port', answer: 'next', by: 'person' }]);
    } finally {
      server.close();
    }
  });

  it('on the report o opens the browser, x stops the container, and both say so', async () => {
    const port = await freePort();
    const opened = join(person.home, 'opened');
    const desktop = { ...person.program('xdg-open', `echo "$1" >'${opened}'`), DISPLAY: ':0' };
    const args = ['run', '--profile', 'rehearsal', '--set', `port=${port}`];
    const pty = person.open(args, {}, desktop);
    await pty.waitFor('READY in', READY_MS);
    pty.type('o');
    await pty.waitFor('Opened in the browser');
    expect(readFileSync(opened, 'utf8').trim()).toBe(`http://127.0.0.1:${port}`);
    pty.type('x');
    await pty.waitFor('ComfyUI is stopped.', READY_MS);
    expect(await containerState()).toBe('exited');
    pty.press('enter');
    expect((await pty.waitForExit()).exitCode).toBe(0);
    expect(pty.mainScreen().join('\n')).not.toContain('goes on running');
  });

  async function containerState(): Promise<string | null> {
    const info = await docker
      .getContainer('steadydancer-rehearsal')
      .inspect()
      .catch(() => null);
    return info?.State.Status ?? null;
  }

  async function removeContainer(): Promise<void> {
    await docker
      .getContainer('steadydancer-rehearsal')
      .remove({ force: true })
      .catch(() => {});
  }
});

async function squatter(): Promise<{ server: Server; port: number }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { server, port: address.port };
}
