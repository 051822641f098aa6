// A small internet for docker/Dockerfile: base image, package index, release file, git repositories.
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type Dockerode from 'dockerode';
import { stackById } from '../../../src/recipe/stacks.ts';
import { BASE_IMAGE } from '../base-image.ts';
import { serveDebianMirror } from './debian-mirror.ts';
import { servePackages } from './package-index.ts';
import { type Repositories, serveRepositories } from './repositories.ts';
import { lockFolders, lockOf, worldWheels } from './wheels.ts';

const FLASH_ATTN_WHEEL =
  'https://github.com/Dao-AILab/flash-attention/releases/download/v2.8.3/flash_attn-2.8.3%2Bcu12torch2.8cxx11abiTRUE-cp311-cp311-linux_x86_64.whl';

/** The world's addresses as build arguments, and docker/ as it is with one lock folder more. */
export class RecipeWorld {
  readonly folder: string;
  readonly contextDir: string;
  readonly args: Record<string, string>;
  /** What is different in the stack before the default one. */
  readonly older: Record<string, string>;
  /** Address of the index of one CUDA's builds, as TORCH_MIRROR takes it. */
  readonly torchMirror: string;
  readonly repositories: Repositories;
  readonly extra: Repositories['extra'];
  readonly unresolvable: Repositories['unresolvable'];
  readonly withoutClass: Repositories['withoutClass'];
  readonly #servers: { close(): Promise<void> }[];

  private constructor(
    folder: string,
    args: Record<string, string>,
    older: Record<string, string>,
    repositories: Repositories,
    servers: { close(): Promise<void> }[],
  ) {
    this.folder = folder;
    this.contextDir = join(folder, 'docker');
    this.args = args;
    this.older = older;
    this.torchMirror = `${args.RELEASE_MIRROR}/whl`;
    this.repositories = repositories;
    this.extra = repositories.extra;
    this.unresolvable = repositories.unresolvable;
    this.withoutClass = repositories.withoutClass;
    this.#servers = servers;
  }

  /**
   * `host`: this machine as builds see it, where they see nothing else: Debian's packages go through
   * it too then. Without: the gateway of the engine's first network.
   */
  static async make(docker: Dockerode, options: { host?: string } = {}): Promise<RecipeWorld> {
    const host = options.host ?? (await gateway(docker));
    const folder = mkdtempSync(join(tmpdir(), 'sd-recipe-world-'));
    cpSync(join(import.meta.dirname, '../../../docker'), join(folder, 'docker'), {
      recursive: true,
    });
    const wheels = worldWheels();
    for (const [name, files] of Object.entries(lockFolders(wheels))) {
      const locks = join(folder, 'docker', 'python', name);
      mkdirSync(locks);
      for (const [file, text] of Object.entries(files)) writeFileSync(join(locks, file), text);
    }
    const { release, olderRelease, ...byLayer } = wheels;
    const python = join(folder, 'docker', 'python');
    writeFileSync(
      join(python, 'openmmlab.lock'),
      lockOf(wheels.openmmlab.filter(({ name }) => name !== 'ninja')),
    );
    writeFileSync(
      join(python, 'openmmlab-build.lock'),
      lockOf(wheels.openmmlab.filter(({ name }) => name === 'ninja')),
    );
    const older = stackById('torch251-cu124');
    if (!older) throw new Error('stacks.json has no older stack');
    const path = (wheel: string) => decodeURIComponent(new URL(wheel).pathname);
    const index = await servePackages(Object.values(byLayer).flat(), {
      [path(FLASH_ATTN_WHEEL)]: release.bytes,
      [path(older.flashAttention.wheel)]: olderRelease.bytes,
    });
    const repositories = await serveRepositories(join(folder, 'git'));
    const debian = options.host === undefined ? null : await serveDebianMirror();
    return new RecipeWorld(
      folder,
      {
        BASE_IMAGE,
        LOCK_DIR: 'python/world',
        PIP_MIRROR: `http://${host}:${index.port}/simple`,
        RELEASE_MIRROR: `http://${host}:${index.port}`,
        GIT_MIRROR: `git://${host}:${repositories.port}`,
        FLASH_ATTN_WHEEL,
        FLASH_ATTN_SHA256: release.sha256,
        ...repositories.commits,
        ...aptMirror(debian ? `http://${host}:${debian.port}/debian` : undefined),
      },
      {
        TORCH_VERSION: older.torch.version,
        TORCHVISION_VERSION: older.torch.torchvision,
        TORCHAUDIO_VERSION: older.torch.torchaudio,
        CUDA_VERSION: older.cuda,
        LOCK_DIR: 'python/world-older',
        FLASH_ATTN_WHEEL: older.flashAttention.wheel,
        FLASH_ATTN_SHA256: olderRelease.sha256,
        XFORMERS_VERSION: older.xformers.version,
      },
      repositories,
      [index, repositories, ...(debian ? [debian] : [])],
    );
  }

  /** A folder of models under the names that the workflows ask for; their content is nobody's. */
  models(paths: string[]): string {
    const models = join(this.folder, 'models');
    for (const path of paths) {
      mkdirSync(join(models, path, '..'), { recursive: true });
      writeFileSync(join(models, path), 'weights');
    }
    return models;
  }

  async close(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.close()));
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Where builds have no way to Debian's own mirror, STEADYDANCER_TEST_APT_MIRROR names one. */
function aptMirror(address = process.env.STEADYDANCER_TEST_APT_MIRROR): Record<string, string> {
  return address === undefined ? {} : { APT_MIRROR: address };
}

/** This machine's address as containers of the engine's default network see it. */
export async function gateway(docker: Dockerode): Promise<string> {
  const bridge = await docker.getNetwork('bridge').inspect();
  const { Gateway, Subnet } = bridge.IPAM?.Config?.[0] ?? {};
  if (Gateway) return Gateway;
  // dockerd of Debian names none for its first network; it takes the first address. (os has no
  // list to look it up in: it leaves out a bridge that no container is on.)
  return String(Subnet).replace(/\d+\/\d+$/, '1');
}
