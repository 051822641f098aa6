import { rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { pushSchema } from '../../src/contract/push.ts';
import { testDocker } from './build-folder.ts';
import { describeWithEngine } from './engine.ts';
import { freePort, Program } from './program.ts';
import { type PlainRegistry, startPlainRegistry } from './registry/plain-registry.ts';

describeWithEngine('a run that pushes', () => {
  const program = new Program();
  const docker = testDocker();
  let registry: PlainRegistry | { reason: string } = { reason: 'not started' };
  beforeAll(async () => {
    registry = await startPlainRegistry();
  });
  afterAll(async () => {
    if ('stop' in registry) await registry.stop();
    const host = 'host' in registry ? registry.host : 'none';
    const tags = (await docker.listImages()).flatMap(({ RepoTags }) => RepoTags ?? []);
    for (const tag of tags.filter((one) => one.startsWith(host))) {
      await docker.getImage(tag).remove();
    }
    rmSync(program.home, { recursive: true, force: true });
  });

  it('until push: nothing is started; then the tested image gets the tag', async ({ skip }) => {
    if ('reason' in registry) return skip(registry.reason);
    const to = `${registry.host}/sd/rehearsal:rc`;
    // The same choices, so that it is the same image.
    const same = ['--profile', 'rehearsal', '--yes', '--set', `port=${await freePort()}`];
    const first = await program.run([...same, '--until', 'push', '--push-to', to]);
    expect(first.result).toMatchObject({ ok: true, container: null });
    expect(first.result.pushed).toEqual([
      { ref: to, digest: await registry.digest('sd/rehearsal', 'rc') },
    ]);
    expect(first.result.phases.map(({ id }) => id)).not.toContain('launch');
    const progress = first.events.filter((event) => event.type === 'build.progress');
    expect(progress.some(({ vertex }) => vertex === `push:${to}`)).toBe(true);

    const early = await program.call(['push', '--to', to, '--promote', 'nightly', '--json']);
    expect(JSON.parse(early.stdout).diagnoses[0].code).toBe('push-not-tested');
    expect(await registry.digest('sd/rehearsal', 'nightly')).toBeNull();

    const second = await program.run([
      ...[...same, '--stop-after', '--push-to', to, '--promote', 'nightly'],
    ]);
    expect(second.result.ok, second.result.summary).toBe(true);
    expect(second.result.phases.map(({ id }) => id)).toContain('push');
    expect(second.result.smoke.map(({ status }) => status)).not.toContain('fail');
    const moved = await registry.digest('sd/rehearsal', 'nightly');
    expect(moved).toBe(first.result.pushed?.[0]?.digest);

    const later = await program.call(['push', '--to', to, '--promote', 'stable', '--json']);
    expect(later.exitCode, later.stderr).toBe(0);
    const report = pushSchema.parse(JSON.parse(later.stdout));
    expect(report.promoted).toEqual({
      ref: `${registry.host}/sd/rehearsal:stable`,
      run: second.result.runId,
    });
    expect(await registry.digest('sd/rehearsal', 'stable')).toBe(moved);
  });

  it.each([
    ['--until', 'push'],
    ['--promote', 'nightly'],
    ['--until', 'deploy'],
    ['--push-to', 'UPPER/case:1'],
    ['--until', 'image', '--push-to', 'a/b:1', '--promote', 'nightly'],
  ])('%j is a wrong use', async (...args) => {
    const { exitCode } = await program.run(['--profile', 'rehearsal', '--yes', ...args]);
    expect(exitCode).toBe(2);
  });
});
