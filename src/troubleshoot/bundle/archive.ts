import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { link, lstat, rm, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { pack } from 'tar-stream';
import { Failure } from '../../contract/failure.ts';
import type { BundleFile } from './gather.ts';

/**
 * Writes files into one tar.gz, readable by its owner alone, whole or not at all; gives its bytes.
 * @throws Failure `bundle-exists` where a file of this name is there, `bundle-not-writable`
 */
export async function writeArchive(
  path: string,
  folder: string,
  files: readonly BundleFile[],
  signal: AbortSignal,
): Promise<number> {
  const draft = `${path}.${randomBytes(4).toString('hex')}.part`;
  const tar = pack();
  try {
    const written = pipeline(
      tar,
      createGzip({ level: 9 }),
      createWriteStream(draft, { mode: 0o600, flags: 'wx' }),
      { signal },
    );
    for (const { name, text } of files) {
      // Nobody's name, uid and clock go along: the headers are the same everywhere.
      tar.entry({ name: `${folder}/${name}`, mode: 0o644, mtime: new Date(0) }, text);
    }
    tar.finalize();
    await written;
    // A link does not take the place of a file that is there; a rename would.
    await link(draft, path);
    return (await stat(path)).size;
  } catch (error) {
    signal.throwIfAborted();
    throw refusal(path, error as NodeJS.ErrnoException);
  } finally {
    await rm(draft, { force: true });
  }
}

/** @throws Failure `bundle-exists`: said before everything is gathered for it */
export async function mustBeFree(path: string): Promise<void> {
  const there = await lstat(path).catch(() => null);
  if (there) throw refusal(path, { name: 'Error', message: path, code: 'EEXIST' });
}

function refusal(path: string, error: NodeJS.ErrnoException): Failure {
  if (error.code === 'EEXIST') {
    return new Failure({
      code: 'bundle-exists',
      sentence: `${path} is there already and is left as it is.`,
      proof: error.message,
      fixes: [{ label: 'Name another file', command: 'steadydancer bundle -o report.tar.gz' }],
    });
  }
  return new Failure(
    {
      code: 'bundle-not-writable',
      sentence: `The report cannot be written to ${path}.`,
      proof: error.message,
      fixes: [{ label: 'Name another place', command: 'steadydancer bundle -o ~/report.tar.gz' }],
    },
    { cause: error },
  );
}
