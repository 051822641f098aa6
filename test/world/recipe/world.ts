// A small internet for docker/Dockerfile: base image, package index, release file, git repositories.
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type Dockerode from 'dockerode';
import { BASE_IMAGE } from '../base-image.ts';
import { type PackageIndex, servePackages } from './package-index.ts';
import { type Repositories, serveRepositories } from './repositories.ts';
import { lockFolders, worldWheels } from './wheels.ts';

const FLASH_ATTN_WHEEL =
  'https://github.com/Dao-AILab/flash-attention/releases/download/v2.8.3/flash_attn-2.8.3%2Bcu12torch2.8cxx11abiTRUE-cp311-cp311-linux_x86_64.whl';

/** The world's addresses as build arguments, and docker/ as it is with one lock folder more. */
export class RecipeWorld {
  readonly folder: string;
  readonly contextDir: string;
  readonly args: Record<string, string>;
  readonly extra: Repositories['extra'];
  readonly withoutClass: Repositories['withoutClass'];
  readonly #servers: [PackageIndex, Repositories];

  private constructor(
    folder: string,
    args: Record<string, string>,
    servers: [PackageIndex, Repositories],
  ) {
    this.folder = folder;
    this.contextDir = join(folder, 'docker');
    this.args = args;
    this.extra = servers[1].extra;
    this.withoutClass = servers[1].withoutClass;
    this.#servers = servers;
  }

  static async make(docker: Dockerode): Promise<RecipeWorld> {
    const host = await gateway(docker);
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
    const { release, ...byLayer } = wheels;
    const index = await servePackages(Object.values(byLayer).flat(), {
      [decodeURIComponent(new URL(FLASH_ATTN_WHEEL).pathname)]: release.bytes,
    });
    const repositories = await serveRepositories(join(folder, 'git'));
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
      },
      [index, repositories],
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

/** This machine's address as containers of the engine's default network see it. */
export async function gateway(docker: Dockerode): Promise<string> {
  const bridge = await docker.getNetwork('bridge').inspect();
  const { Gateway, Subnet } = bridge.IPAM?.Config?.[0] ?? {};
  if (Gateway) return Gateway;
  // dockerd of Debian names none for its first network; it takes the first address. (os has no
  // list to look it up in: it leaves out a bridge that no container is on.)
  return String(Subnet).replace(/\d+\/\d+$/, '1');
}
