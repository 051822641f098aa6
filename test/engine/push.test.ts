import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { engineBuilder } from '../../src/build/engine-builder.ts';
import { pushSchema } from '../../src/contract/push.ts';
import { build, contextWith, testDocker } from './build-folder.ts';
import { describeWithEngine } from './engine.ts';
import { freePort, Program } from './program.ts';
import { LOGIN, type PlainRegistry, startPlainRegistry } from './registry/plain-registry.ts';

const IMAGE = `sd-push-test:${process.pid}`;

describeWithEngine('push to a registry that asks for a login', () => {
  const program = new Program();
  const docker = testDocker();
  const config = join(program.home, '.docker', 'config.json');
  let context = '';
  let registry: PlainRegistry | { reason: string } = { reason: 'not started' };

  beforeAll(async () => {
    registry = await startPlainRegistry({ login: true });
    mkdirSync(join(program.home, '.docker'));
    context = contextWith(`FROM scratch\nCOPY a.txt /a.txt\nLABEL salt=${process.pid}\n`);
    const built = await build(engineBuilder(docker), { contextDir: context, tag: IMAGE });
    expect(built.thrown).toBeNull();
  });
  afterAll(async () => {
    if ('stop' in registry) await registry.stop();
    const tags = (await docker.listImages()).flatMap(({ RepoTags }) => RepoTags ?? []);
    const host = 'host' in registry ? registry.host : 'none';
    for (const tag of tags.filter((one) => one === IMAGE || one.startsWith(host))) {
      await docker.getImage(tag).remove({ force: true });
    }
    for (const folder of [context, program.home]) rmSync(folder, { recursive: true, force: true });
  });

  const push = async (to: string, ...rest: string[]) => {
    const ended = await program.call(['push', '--image', IMAGE, '--to', to, '--json', ...rest]);
    return { ...ended, document: JSON.parse(ended.stdout) };
  };
  const there = (ref: string) =>
    docker
      .getImage(ref)
      .inspect()
      .then(
        () => true,
        () => false,
      );

  it('nobody is logged in: 19, the login is named, and no tag stays behind', async ({ skip }) => {
    if ('reason' in registry) return skip(registry.reason);
    const ref = `${registry.host}/sd/nobody:1`;
    const { exitCode, document } = await push(ref);
    expect(exitCode).toBe(19);
    expect(document.diagnoses[0]).toMatchObject({ code: 'push-no-login' });
    expect(document.diagnoses[0].fixes[0].command).toBe(`docker login ${registry.host}`);
    expect(await there(ref)).toBe(false);
    expect(await registry.digest('sd/nobody', '1')).toBeNull();
  });

  it("the login of Docker's config.json: the digest is the registry's own", async ({ skip }) => {
    if ('reason' in registry) return skip(registry.reason);
    const auth = Buffer.from(`${LOGIN.user}:${LOGIN.password}`).toString('base64');
    writeFileSync(config, JSON.stringify({ auths: { [registry.host]: { auth } } }));
    const { exitCode, stdout, stderr, document } = await push(`${registry.host}/sd/file:1`);
    expect(exitCode, stderr).toBe(0);
    const { pushed, promoted } = pushSchema.strict().parse(document);
    expect(pushed).toHaveLength(1);
    expect(pushed[0]?.layers).toEqual({ sent: 1, present: 0 });
    expect(pushed[0]?.digest).toBe(await registry.digest('sd/file', '1'));
    expect(promoted).toBeNull();
    for (const secret of [LOGIN.password, auth]) expect(stdout + stderr).not.toContain(secret);
    const again = await push(`${registry.host}/sd/file:2`);
    expect(again.document.pushed[0]).toMatchObject({
      digest: pushed[0]?.digest,
      layers: { sent: 0, present: 1 },
    });
  });

  it('a credential program is asked on its stdin, and the secret stays out of sight', async ({
    skip,
  }) => {
    if ('reason' in registry) return skip(registry.reason);
    const [bin, seen] = [join(program.home, 'bin'), join(program.home, 'seen')];
    mkdirSync(bin, { recursive: true });
    const tool = join(bin, 'docker-credential-sdtest');
    const answer = JSON.stringify({ Username: LOGIN.user, Secret: LOGIN.password });
    writeFileSync(
      tool,
      `#!/bin/sh\nread -r server || true\necho "$* $server" > ${seen}\necho '${answer}'\n`,
    );
    chmodSync(tool, 0o755);
    writeFileSync(config, JSON.stringify({ credHelpers: { [registry.host]: 'sdtest' } }));
    program.env.PATH = `${bin}:${process.env.PATH}`;
    const { exitCode, stdout, stderr } = await push(`${registry.host}/sd/program:1`);
    expect(exitCode, stderr).toBe(0);
    expect(readFileSync(seen, 'utf8')).toBe(`get ${registry.host}\n`);
    expect(stdout + stderr).not.toContain(LOGIN.password);
    expect(await registry.digest('sd/program', '1')).not.toBeNull();
  });

  it('a credential program that is not there is named before anything is sent', async ({
    skip,
  }) => {
    if ('reason' in registry) return skip(registry.reason);
    writeFileSync(config, JSON.stringify({ credsStore: 'sd-absent' }));
    const { exitCode, document } = await push(`${registry.host}/sd/absent:1`);
    expect(exitCode).toBe(19);
    expect(document.diagnoses[0].code).toBe('registry-credential-program');
    expect(document.summary).toContain('docker-credential-sd-absent');
  });

  it('a wrong password is refused, and is not repeated', async ({ skip }) => {
    if ('reason' in registry) return skip(registry.reason);
    const entry = { username: LOGIN.user, password: 'wrong-battery' };
    writeFileSync(config, JSON.stringify({ auths: { [registry.host]: entry } }));
    const { exitCode, stdout, stderr, document } = await push(`${registry.host}/sd/wrong:1`);
    expect(exitCode).toBe(19);
    expect(document.diagnoses[0].code).toBe('push-denied');
    expect(stdout + stderr).not.toContain('wrong-battery');
  });

  it('a registry that is not there, an image that is not there, a test that was not', async ({
    skip,
  }) => {
    if ('reason' in registry) return skip(registry.reason);
    writeFileSync(config, '{}');
    const dead = await push(`127.0.0.1:${await freePort()}/sd/dead:1`);
    expect([dead.exitCode, dead.document.diagnoses[0].code]).toEqual([19, 'registry-unreachable']);
    const absent = await push(`${registry.host}/sd/x:1`, '--image', 'sd-no-such-image:1');
    expect([absent.exitCode, absent.document.diagnoses[0].code]).toEqual([19, 'push-tag-missing']);
    const untested = await push(`${registry.host}/sd/x:1`, '--promote', 'nightly');
    expect([untested.exitCode, untested.document.diagnoses[0].code]).toEqual([
      19,
      'push-not-tested',
    ]);
    const nobody = await push('ghcr.io/nobody/steadydancer:1');
    expect([nobody.exitCode, nobody.document.diagnoses[0].code]).toEqual([19, 'push-no-login']);
    for (const wrong of [
      'steadydancer',
      'ghcr.io/A/b:1',
      `${registry.host}/a/b`,
      'a/b:1@sha256:0',
    ]) {
      expect((await push(wrong)).exitCode, wrong).toBe(2);
    }
  });
});
