import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type Dockerode from 'dockerode';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { planSchema } from '../../src/contract/plan.ts';
import { containerSpec } from '../../src/launch/container-spec.ts';
import { dockerRunCommand } from '../../src/launch/docker-run-command.ts';
import { recipeMounts } from '../../src/launch/recipe-mounts.ts';
import { describeWithEngine } from './engine.ts';
import { testDocker, tinyImage } from './images.ts';
import { ENGINE, HOST, PROGRAM } from './launch-world.ts';
import { Program } from './program.ts';

describeWithEngine('docker run as a plan shows it', () => {
  const docker = testDocker();
  const home = mkdtempSync(join(tmpdir(), 'sd-hand-'));
  let image = '';
  beforeAll(async () => {
    image = (await tinyImage(docker, PROGRAM)).ref;
  });
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  it.each(['rehearsal', 'steadydancer'] as const)(
    'makes the container that a %s run makes',
    async (recipe) => {
      const folders = { outputDir: '~/out put', inputDir: '~/in', modelsDir: '~/models' };
      const mounts = recipeMounts({ recipe, ...folders }, home, home);
      for (const { source } of mounts) mkdirSync(source, { recursive: true });
      const spec = containerSpec({
        choices: { recipe, memoryLimitBytes: 2 ** 30 },
        imageRef: image,
        profile: `hand-${process.pid}`,
        runId: 'by-hand',
        planDigest: 'a'.repeat(64),
        role: recipe,
        host: HOST,
        engine: ENGINE,
        gpu: null,
        port: 8188,
        listen: '127.0.0.1',
        mounts,
        env: { EXTRA: "it's $HOME" },
      });
      const byApi = await docker.createContainer({ ...spec, name: `${spec.name}-api` });
      const command = dockerRunCommand(spec).replace(/^docker run --detach/, 'docker create');
      const id = execFileSync('sh', ['-c', command], { encoding: 'utf8' }).trim();
      const byHand = docker.getContainer(id);
      try {
        const [wanted, made] = [await settings(byApi), await settings(byHand)];
        expect(made).toEqual(wanted);
        expect(wanted.HostConfig.Memory).toBe(2 ** 30);
      } finally {
        await byApi.remove({ force: true });
        await byHand.remove({ force: true });
      }
    },
  );
});

describeWithEngine('docker build as a plan shows it', () => {
  const program = new Program();
  afterAll(() => rmSync(program.home, { recursive: true, force: true }));

  it('makes the image that a run then finds', async () => {
    // Of its own, so that no other test has built it.
    const own = ['--profile', 'rehearsal', '--set', 'port=18999', '--set', 'outputDir=~/own'];
    const { stdout } = await program.call(['plan', ...own, '--json']);
    const plan = planSchema.parse(JSON.parse(stdout));
    try {
      execFileSync('sh', ['-c', plan.commands[0] ?? ''], { stdio: 'pipe', env: program.env });
      const { result } = await program.run([...own, '--yes', '--until', 'image']);
      expect(result).toMatchObject({ ok: true, image: { ref: plan.image.ref } });
      const image = result.phases.find(({ id }) => id === 'image');
      expect(image).toMatchObject({ satisfied: true });
    } finally {
      await testDocker()
        .getImage(plan.image.ref)
        .remove()
        .catch(() => undefined);
    }
  });
});

/** What decides a container, without what only the client's defaults differ in. */
async function settings(container: Dockerode.Container) {
  const { Config, HostConfig } = await container.inspect();
  const { Env, Labels, User, Image, ExposedPorts } = Config;
  const { AutoRemove, Binds, CapDrop, Init, LogConfig, Memory, MemorySwap, NetworkMode } =
    HostConfig;
  const { PortBindings, ReadonlyRootfs, RestartPolicy, SecurityOpt, ShmSize, Tmpfs } = HostConfig;
  const mounts = (HostConfig.Mounts ?? []).map(({ Type, Source, Target, ReadOnly }) => ({
    ...{ Type, Source, Target },
    ReadOnly: ReadOnly ?? false,
  }));
  return {
    ...{ Env: [...Env].sort(), Labels, User, Image, ExposedPorts },
    HostConfig: {
      ...{ AutoRemove, Binds, CapDrop, Init, LogConfig, Memory, MemorySwap, mounts, Tmpfs },
      ...{ PortBindings, ReadonlyRootfs, RestartPolicy, SecurityOpt, ShmSize },
      NetworkMode: NetworkMode === 'bridge' ? 'default' : NetworkMode,
    },
  };
}
