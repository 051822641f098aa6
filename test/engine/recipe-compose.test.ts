import { join } from 'node:path';
import { expect, it } from 'vitest';
import { containerSpec } from '../../src/launch/container-spec.ts';
import { composeConfig } from './compose-file.ts';
import { ENGINE } from './launch-world.ts';

const file = join(import.meta.dirname, '../../docker/docker-compose.yml');
const GIB = 2 ** 30;

it("compose makes the wizard's container", ({ skip }) => {
  const read = composeConfig(file, {
    PUID: '4321',
    PGID: '4322',
    MODELS_DIR: '/m',
    OUTPUT_DIR: '/o',
    INPUT_DIR: '/i',
    MEMORY_LIMIT: String(5 * GIB),
    SHM_SIZE: String((5 * GIB) / 4),
  });
  if ('reason' in read) return skip(read.reason);
  const services = read.config.services as Record<string, Record<string, unknown>>;
  const made = services.comfyui ?? {};
  const mount = (source: string, name: string) => ({
    kind: 'folder' as const,
    source,
    target: `/opt/ComfyUI/${name}`,
    readOnly: false,
  });
  const spec = containerSpec({
    choices: { recipe: 'steadydancer', memoryLimitBytes: 5 * GIB },
    imageRef: 'steadydancer:compose',
    profile: 'compose',
    runId: 'r',
    planDigest: 'd',
    role: 'comfyui',
    host: { uid: 4321, gid: 4322, memoryBytes: 8 * GIB },
    engine: ENGINE,
    gpu: null,
    port: 8188,
    listen: '127.0.0.1',
    mounts: [mount('/m', 'models'), mount('/o', 'output'), mount('/i', 'input')],
    env: {},
  });
  const host = spec.HostConfig ?? {};
  expect(made.container_name).toBe(spec.name);
  expect(made.image).toBe(spec.Image);
  expect(made.user).toBe(spec.User);
  expect(made.init).toBe(host.Init);
  expect(made.restart).toBe(host.RestartPolicy?.Name);
  expect(made.cap_drop).toEqual(host.CapDrop);
  expect(made.security_opt).toEqual(host.SecurityOpt);
  expect(Number(made.mem_limit)).toBe(host.Memory);
  expect(Number(made.memswap_limit)).toBe(host.MemorySwap);
  expect(Number(made.shm_size)).toBe(host.ShmSize);
  expect(made.logging).toEqual({
    driver: host.LogConfig?.Type,
    options: host.LogConfig?.Config,
  });
  expect(made.ports).toMatchObject([
    { host_ip: '127.0.0.1', target: 8188, published: '8188', protocol: 'tcp' },
  ]);
  const volumes = made.volumes as { type: string; source: string; target: string }[];
  expect(volumes.map(({ type, source, target }) => [type, source, target])).toEqual(
    host.Mounts?.map(({ Type, Source, Target }) => [Type, Source, Target]),
  );
  // Compose has one thing more to say: what the image does by itself.
  const env = Object.fromEntries((spec.Env ?? []).map((line) => line.split('=', 2)));
  expect(made.environment).toMatchObject(env);
  const tmpfs = Object.entries((host.Tmpfs ?? {}) as Record<string, string>);
  const sorted = (options: string) => options.split(',').sort();
  const ours = (made.tmpfs as string[]).map((line) => line.split(':') as [string, string]);
  expect(ours.map(([path, options]) => [path, sorted(options)])).toEqual(
    tmpfs.map(([path, options]) => [path, sorted(options)]),
  );
  expect(made.deploy).toMatchObject({
    resources: { reservations: { devices: [{ driver: 'nvidia', capabilities: ['gpu'] }] } },
  });
});
