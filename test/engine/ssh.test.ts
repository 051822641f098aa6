import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EventOf, eventSchema } from '../../src/contract/events.ts';
import { describeWithEngine } from './engine.ts';
import { freePort, Program } from './program.ts';
import { noSshServer, type SshServer, sshServer } from './ssh-server.ts';

const reason = noSshServer();

describe.skipIf(reason !== null)(`on a server, over ssh${reason ? ` (${reason})` : ''}`, () => {
  describeWithEngine('a real sshd and a second user', () => {
    let server: SshServer;
    let here: Program;
    let port = 0;
    beforeAll(async () => {
      server = await sshServer(process.env.DOCKER_HOST ?? '');
      here = new Program(server.env);
      port = await freePort();
      // A Node where no PATH leads: without a terminal, nvm's and the person's own are not on it.
      const node = join(server.home, '.local/bin/node');
      mkdirSync(dirname(node), { recursive: true });
      copyFileSync(process.execPath, node);
    });
    afterAll(async () => {
      await here.call(['stop', '--json', '--on', server.host]);
      server.stop();
    });

    it('puts itself there and rehearses there; stdout is the run there alone', async () => {
      const asked = ['run', '--profile', 'rehearsal', '--yes', '--json', '--set', `port=${port}`];
      const { exitCode, stdout, stderr } = await here.call(['--on', server.host, ...asked]);
      const events = stdout
        .trim()
        .split('\n')
        .map((line) => eventSchema.parse(JSON.parse(line)));
      const result = events.at(-1) as EventOf<'result'>;
      expect(result, stderr).toMatchObject({ type: 'result', ok: true, exitCode: 0 });
      expect(exitCode).toBe(0);
      // Everything lies in the other home, and nothing here.
      expect(result.runDir).toContain(server.home);
      expect(readdirSync(here.home)).toEqual([]);
      expect(stderr).toContain(`port ${port}, is here at http://127.0.0.1:${port}`);
      const [copy = ''] = readdirSync(join(server.home, '.cache/steadydancer/on'));
      expect(copy).toMatch(/^[0-9a-f]{12}$/);
    });

    it('shows its ComfyUI here, on the next port where that one is taken', async () => {
      // On one machine the server's port is this computer's, and taken by the container itself.
      const opened = here.start(['open', '--on', server.host]);
      let printed = '';
      opened.stdout?.on('data', (data) => {
        printed += data;
      });
      await expect.poll(() => printed, { timeout: 30_000 }).toMatch(/^http:\S+\n/);
      const address = new URL(printed.trim());
      expect(Number(address.port)).toBeGreaterThan(port);
      const answer = await fetch(new URL('/system_stats', address));
      expect(await answer.json()).toHaveProperty('system.comfyui_version');
      opened.kill('SIGINT');
      expect((await opened.finished).exitCode).toBe(0);
      await expect(fetch(address)).rejects.toThrow();
    });

    it('passes on how the command there ended, and names itself as the person called it', async () => {
      const refused = await here.call(['--on', server.host, 'status', 'nonsense']);
      expect(refused.exitCode).toBe(2);
      const said = await here.call(['attach', 'r-none', `--on=${server.host}`]);
      expect(said).toMatchObject({ exitCode: 2, stdout: '' });
      expect(said.stderr).toContain('There is no run r-none.');
    });

    it('copies it again where what lies there was changed', async () => {
      const on = join(server.home, '.cache/steadydancer/on');
      const [name = ''] = readdirSync(on);
      const file = readdirSync(join(on, name)).find((one) =>
        /^(package.tar.gz|steadydancer)$/.test(one),
      );
      const path = join(on, name, file ?? '');
      const whole = readFileSync(path);
      writeFileSync(path, whole.subarray(0, 1000));
      expect((await here.call(['--on', server.host, 'status', '--json'])).exitCode).toBe(0);
      expect(readFileSync(path).equals(whole)).toBe(true);
    });

    it('says who does not let it in, and why', async () => {
      const call = () => here.call(['--on', server.host, 'run', '--json', '--yes']);
      const resultOf = ({ stdout }: { stdout: string }) => JSON.parse(stdout.trim());

      const known = readFileSync(server.knownHosts, 'utf8');
      const other = readFileSync(join(dirname(server.knownHosts), 'client-key.pub'), 'utf8');
      writeFileSync(
        server.knownHosts,
        known.replace(/ssh-ed25519 \S+/, other.split(' ').slice(0, 2).join(' ')),
      );
      const changed = await call();
      expect(changed.exitCode).toBe(10);
      expect(resultOf(changed)).toMatchObject({
        type: 'result',
        diagnoses: [{ code: 'ssh-host-key-changed' }],
      });

      writeFileSync(server.knownHosts, '');
      expect(resultOf(await call()).diagnoses).toMatchObject([{ code: 'ssh-host-key-unknown' }]);
      writeFileSync(server.knownHosts, known);

      server.configure('IdentityAgent none\nUser nobody');
      expect(resultOf(await call()).diagnoses).toMatchObject([{ code: 'ssh-auth-refused' }]);

      server.configure(`Port ${await freePort()}`);
      expect(resultOf(await call()).diagnoses).toMatchObject([{ code: 'ssh-unreachable' }]);
      server.configure('');

      const nowhere = await here.call(['--on', 'nobody@nowhere.invalid', 'doctor', '--json']);
      expect(JSON.parse(nowhere.stdout)).toMatchObject({
        ok: false,
        exitCode: 10,
        diagnoses: [{ code: 'ssh-name-unknown' }],
      });
    });
  });
});
