import { rmSync } from 'node:fs';
import { type Cloud, type Runs, startCloud } from '../world/pods/cloud.ts';
import { testDocker } from './build-folder.ts';
import { freePort, Program } from './program.ts';
import { type PlainRegistry, startPlainRegistry } from './registry/plain-registry.ts';

/**
 * From an image to a pod with nothing in between that is not real but Runpod itself: the rehearsal is
 * built and pushed to a registry, and a pod is a container that is pulled from there.
 */
export class PodWorld {
  /** Has an engine. */
  readonly builder = new Program();
  /** Has none. */
  readonly laptop: Program;
  readonly cloud: Cloud;
  /** The image in the registry. */
  readonly ref: string;
  readonly #registry: PlainRegistry;

  private constructor(registry: PlainRegistry, cloud: Cloud) {
    this.#registry = registry;
    this.cloud = cloud;
    this.ref = `${registry.host}/sd/pod:1`;
    this.laptop = new Program({ ...cloud.env, DOCKER_HOST: 'unix:///nonexistent/docker.sock' });
    Object.assign(this.builder.env, cloud.env);
  }

  static async begin(): Promise<PodWorld | { reason: string }> {
    const registry = await startPlainRegistry();
    if ('reason' in registry) return registry;
    const world = new PodWorld(registry, await startCloud({ run: startPod }));
    const { result } = await world.builder.run([
      ...['--profile', 'rehearsal', '--yes', '--until', 'push', '--push-to', world.ref],
    ]);
    if (!result.ok || !result.image) throw new Error(result.summary);
    // The pod has to pull it.
    await testDocker().getImage(world.ref).remove();
    await testDocker().getImage(result.image.ref).remove();
    return world;
  }

  async end(): Promise<void> {
    await this.cloud.close();
    await this.#registry.stop();
    const image = testDocker().getImage(this.ref);
    await image.remove({ force: true }).catch(() => undefined);
    for (const { home } of [this.builder, this.laptop]) rmSync(home, { recursive: true });
  }
}

/** The host of a pod: pulls, and publishes the port where only the proxy looks. */
async function startPod({
  image = '',
  env = {},
}: {
  image?: string | undefined;
  env?: Record<string, string> | undefined;
}): Promise<Runs> {
  const docker = testDocker();
  const pulled = await docker.pull(image);
  await new Promise((done) => docker.modem.followProgress(pulled, done));
  const port = await freePort();
  const container = await docker.createContainer({
    Image: image,
    Env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
    ExposedPorts: { '8188/tcp': {} },
    HostConfig: {
      PortBindings: { '8188/tcp': [{ HostIp: '127.0.0.1', HostPort: String(port) }] },
      Tmpfs: { '/output': '', '/input': '' },
    },
  });
  await container.start();
  return { url: `http://127.0.0.1:${port}`, stop: () => container.remove({ force: true }) };
}
