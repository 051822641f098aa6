import { createReadStream, createWriteStream, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip, createZstdCompress } from 'node:zlib';
import type Dockerode from 'dockerode';
import { freePort, Program } from './program.ts';

/** A rehearsal's image in the engine, and saved as a file in a home of its own. */
export class SavedImage {
  readonly program = new Program();
  readonly docker: Dockerode;
  ref = '';
  readonly #tags = new Set<string>();

  constructor(docker: Dockerode) {
    this.docker = docker;
  }

  file(name: string): string {
    return join(this.program.home, name);
  }

  /** Builds it, and saves it as `image.tar`. */
  async make(): Promise<void> {
    const made = await this.program.run(['--profile', 'rehearsal', '--yes', '--until', 'image']);
    if (!made.result.ok) throw new Error(made.result.summary);
    this.ref = made.result.image?.ref ?? '';
    const saved = (await this.docker.getImage(this.ref).get()) as unknown as Readable;
    await pipeline(saved, createWriteStream(this.file('image.tar')));
  }

  /** `image.tar.gz` or `image.tar.zst` beside it. */
  async pack(as: 'gz' | 'zst'): Promise<void> {
    const tool = as === 'gz' ? createGzip({ level: 1 }) : createZstdCompress();
    const packed = createWriteStream(this.file(`image.tar.${as}`));
    await pipeline(createReadStream(this.file('image.tar')), tool, packed);
  }

  /** A whole run that leaves no container. */
  async run(...args: string[]) {
    const port = await freePort();
    const done = await this.program.run([
      ...['--yes', '--stop-after', '--set', `port=${port}`, '--set', 'diskReserveBytes=0'],
      ...args,
    ]);
    if (done.result.image) this.#tags.add(done.result.image.ref);
    return done;
  }

  async remove(): Promise<void> {
    for (const tag of this.#tags) {
      await this.docker
        .getImage(tag)
        .remove()
        .catch(() => undefined);
    }
    rmSync(this.program.home, { recursive: true, force: true });
  }
}
