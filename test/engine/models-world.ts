// What the tests of the models sidecar share: its image from the sources as they are, and an engine.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type Dockerode from 'dockerode';
import { build as bundle } from 'esbuild';
import { engineBuilder } from '../../src/build/engine-builder.ts';
import { sidecarImage } from '../../src/models/sidecar/image.ts';
import { ModelsVolume, type SidecarWorld } from '../../src/models/sidecar/volume.ts';
import { systemClock } from '../../src/ports/clock.ts';
import { assetPath } from '../../src/recipe/assets.ts';
import { ENGINE, HOST } from './launch-world.ts';

/** The sidecar's image and what a test made with it; `close` removes all but the image. */
export class ModelsWorld {
  readonly docker: Dockerode;
  readonly imageId: string;
  readonly folder: string;
  readonly #volumes: string[] = [];

  private constructor(docker: Dockerode, imageId: string, folder: string) {
    this.docker = docker;
    this.imageId = imageId;
    this.folder = folder;
  }

  static async make(docker: Dockerode): Promise<ModelsWorld> {
    const folder = mkdtempSync(join(tmpdir(), 'sd-models-world-'));
    const source = (name: string) => assetPath('src', 'models', name);
    await bundle({
      entryPoints: {
        sidecar: source('sidecar/main.ts'),
        'hash-worker': source('hash-worker.ts'),
      },
      ...{ bundle: true, platform: 'node', format: 'esm', outdir: join(folder, 'bundle') },
      banner: {
        js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
      },
    });
    const { Arch: arch, Os: os } = await docker.version();
    const imageId = await sidecarImage({
      docker,
      builder: engineBuilder(docker),
      engine: { arch, os },
      contextsDir: join(folder, 'contexts'),
      bundle: join(folder, 'bundle'),
      signal: new AbortController().signal,
    });
    return new ModelsWorld(docker, imageId, folder);
  }

  sidecar(more: Partial<SidecarWorld> = {}): SidecarWorld {
    return {
      docker: this.docker,
      engine: ENGINE,
      host: HOST,
      imageId: this.imageId,
      runId: `test-${process.pid}-${this.#volumes.length}`,
      clock: systemClock,
      signal: new AbortController().signal,
      ...more,
    };
  }

  /** A name of a volume that is removed at the end. */
  volumeName(): string {
    const name = `sd-models-test-${process.pid}-${this.#volumes.length}`;
    this.#volumes.push(name);
    return name;
  }

  volume(name: string, more: Partial<SidecarWorld> = {}): ModelsVolume {
    return new ModelsVolume(name, this.sidecar(more));
  }

  async close(): Promise<void> {
    for (const name of this.#volumes) {
      await this.docker
        .getVolume(name)
        .remove({ force: true })
        .catch(() => undefined);
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}
