import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join, normalize, sep } from 'node:path';

export interface SavedFile {
  filename: string;
  subfolder: string;
  type: string;
}

/** ComfyUI's three folders. `temp` is kept in memory: the root may be read-only. */
export class FileStore {
  readonly #inputDir: string;
  readonly #outputDir: string;
  readonly #temp = new Map<string, Buffer>();

  constructor(dirs: { inputDir: string; outputDir: string }) {
    this.#inputDir = dirs.inputDir;
    this.#outputDir = dirs.outputDir;
  }

  async inputFiles(): Promise<string[]> {
    const files = await readdir(this.#inputDir, { withFileTypes: true }).catch(() => []);
    return files.filter((file) => file.isFile()).map((file) => file.name);
  }

  /** `prefix_00001_.png`, one more than the highest that is there, as ComfyUI counts. */
  async save(prefix: string, type: 'output' | 'temp', data: Buffer): Promise<SavedFile> {
    const parts = prefix.split('/');
    const stem = parts.pop() ?? '';
    const subfolder = parts.join('/');
    if (type === 'temp') {
      const filename = `${stem}_${counter(this.#temp.size + 1)}_.png`;
      this.#temp.set(join(subfolder, filename), data);
      return { filename, subfolder, type };
    }
    const folder = this.#inside(this.#outputDir, subfolder);
    if (!folder)
      throw new Error(`Saving image outside the output folder is not allowed: ${prefix}`);
    await mkdir(folder, { recursive: true });
    const highest = (await readdir(folder))
      .map((name) =>
        name.startsWith(`${stem}_`) ? Number.parseInt(name.slice(stem.length + 1), 10) : 0,
      )
      .reduce((most, n) => Math.max(most, n || 0), 0);
    const filename = `${stem}_${counter(highest + 1)}_.png`;
    await writeFile(join(folder, filename), data);
    return { filename, subfolder, type };
  }

  /** Path of a file in the input folder; null for a name that leads out of it. */
  inputPath(name: string): string | null {
    return this.#inside(this.#inputDir, name);
  }

  /** Null for what is not there, and for a name that leads out of the folder. */
  async read({ filename, subfolder, type }: SavedFile): Promise<Buffer | null> {
    if (type === 'temp') return this.#temp.get(join(subfolder, filename)) ?? null;
    const root = type === 'input' ? this.#inputDir : this.#outputDir;
    const path = this.#inside(root, join(subfolder, filename));
    return path ? readFile(path).catch(() => null) : null;
  }

  /** An upload; a name that is taken gets ` (1)`, as ComfyUI does it. */
  async upload(
    file: { name: string; subfolder: string; data: Buffer },
    overwrite: boolean,
  ): Promise<string | null> {
    const folder = this.#inside(this.#inputDir, file.subfolder);
    if (!folder || !this.#inside(folder, file.name)) return null;
    await mkdir(folder, { recursive: true });
    const taken = new Set(await readdir(folder));
    const dot = file.name.lastIndexOf('.');
    const [stem, extension] =
      dot > 0 ? [file.name.slice(0, dot), file.name.slice(dot)] : [file.name, ''];
    let name = file.name;
    for (let n = 1; !overwrite && taken.has(name); n += 1) name = `${stem} (${n})${extension}`;
    await writeFile(join(folder, name), file.data);
    return name;
  }

  #inside(root: string, path: string): string | null {
    const full = normalize(join(root, path));
    return full === root || full.startsWith(root.endsWith(sep) ? root : root + sep) ? full : null;
  }
}

function counter(n: number): string {
  return String(n).padStart(5, '0');
}
