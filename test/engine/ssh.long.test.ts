import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PtySession, restored } from '../terminal/harness/session.ts';
import { describeWithEngine } from './engine.ts';
import { eventSeen, freePort, Program } from './program.ts';
import { noSshServer, type SshServer, sshServer } from './ssh-server.ts';

const reason = noSshServer();
const project = join(import.meta.dirname, '../..');
const main = join(project, 'dist/main.js');
const SETUP_MS = 120_000;
const RUN_MS = 90_000;

describe.skipIf(reason !== null)(`a server without Node${reason ? ` (${reason})` : ''}`, () => {
  describeWithEngine('gets the single executable, and is worked at as if one sat there', () => {
    let server: SshServer;
    let here: Program;
    const open: PtySession[] = [];
    const terminal = (...args: string[]) => {
      const session = new PtySession({
        file: process.execPath,
        args: [main, ...args],
        cwd: here.home,
        columns: 100,
        rows: 30,
        env: { HOME: here.home, ...server.env },
      });
      open.push(session);
      return session;
    };
    const runs = () => {
      const folder = join(server.home, 'own/runs');
      return existsSync(folder) ? readdirSync(folder).filter((name) => /^\d{8}-/.test(name)) : [];
    };

    beforeAll(async () => {
      execFileSync(process.execPath, ['executable.config.ts'], { cwd: project, stdio: 'ignore' });
      server = await sshServer(process.env.DOCKER_HOST ?? '');
      here = new Program(server.env);
    }, 300_000);
    afterAll(async () => {
      for (const session of open) session.kill();
      await here.call(['stop', '--json', '--on', server.host]);
      server.stop();
      rmSync(join(project, 'executables'), { recursive: true, force: true });
    });

    it('says what goes where, and the wizard of the server is on this screen', async () => {
      const pty = terminal('--on', server.host);
      await pty.waitFor(/Rehearse|Set up/, SETUP_MS);
      expect(pty.state().alternateScreen).toBe(true);
      pty.type('q');
      const { exitCode } = await pty.waitForExit(30_000);
      expect(exitCode).toBe(0);
      expect(pty.state()).toMatchObject(restored);
      const said = pty.mainScreen().join('\n');
      expect(said).toMatch(/Copying steadydancer \S+ \(1\d\d MB\) to gpu-box, folder /);
      const [folder = ''] = readdirSync(join(server.home, '.cache/steadydancer/on'));
      const there = join(server.home, '.cache/steadydancer/on', folder);
      expect(readdirSync(there)).toEqual(['steadydancer']);
    });

    it('a run outlives the connection, and attach shows it to its end', async () => {
      const port = await freePort();
      const asked = [
        'run',
        '--profile',
        'rehearsal',
        '--yes',
        '--set',
        `port=${port}`,
        '--no-cache',
      ];
      const pty = terminal('--on', server.host, ...asked);
      const before = runs().length;
      await expect.poll(() => runs().length, { timeout: SETUP_MS }).toBe(before + 1);
      await expect.poll(() => pty.state().alternateScreen, { timeout: RUN_MS }).toBe(true);
      server.cut();
      const { exitCode } = await pty.waitForExit(30_000);
      expect(exitCode).toBe(129);
      expect(pty.state()).toMatchObject(restored);
      expect(pty.mainScreen().join('\n')).toContain(`steadydancer attach --on ${server.host}`);

      const again = await here.call(['attach', '--json', '--on', server.host]);
      const result = JSON.parse(again.stdout.trim().split('\n').at(-1) ?? '');
      expect(result, again.stderr).toMatchObject({ type: 'result', ok: true, exitCode: 0 });
      expect(runs()).toContain(result.runId);
    });

    it.each([
      ['is full', 'size=1m', 16, 'server-disk-small'],
      ['holds no programs', 'size=400m,noexec', 10, 'server-cannot-execute'],
    ])('a home that %s is said as such', async (_what, options, exitCode, code) => {
      const free = server.mount(join(server.home, '.cache'), options);
      try {
        const refused = await here.call(['--on', server.host, 'status', '--json']);
        expect(refused.exitCode, refused.stderr).toBe(exitCode);
        expect(JSON.parse(refused.stdout)).toMatchObject({ ok: false, diagnoses: [{ code }] });
      } finally {
        free();
      }
    });

    it('a disk that gets full on the way leaves nothing half-copied', async () => {
      const cache = join(server.home, '.cache');
      // By df there is room for it; another program then takes it.
      const free = server.mount(cache, 'size=400m');
      const filled = server.mount(join(cache, 'steadydancer/on'), 'size=20m');
      try {
        const refused = await here.call(['--on', server.host, 'status', '--json']);
        expect(refused.exitCode, refused.stderr).toBe(16);
        expect(JSON.parse(refused.stdout).diagnoses[0].evidence.text).toMatch(/No space left/);
      } finally {
        filled();
        free();
      }
    });

    it('Ctrl-C of a script stops the run there, with its result', async () => {
      const child = here.start([
        ...['run', '--profile', 'rehearsal', '--yes', '--json', '--no-cache'],
        ...['--set', `port=${await freePort()}`, '--on', server.host],
      ]);
      await eventSeen(child, ({ type }) => type === 'run.started');
      child.kill('SIGINT');
      const { exitCode, stdout } = await child.finished;
      expect(JSON.parse(stdout.trim().split('\n').at(-1) ?? '')).toMatchObject({
        type: 'result',
        exitCode: 130,
      });
      expect(exitCode).toBe(130);
    });
  });
});
