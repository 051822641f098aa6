import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';

/**
 * Where the files of the package are, on disk: an engine reads `docker/`, threads and screens are
 * files of their own. They are unpacked once for each content; a second start finds them.
 * @param archive tar.gz of the package
 */
export async function unpacked(archive: Buffer, cacheHome: string): Promise<string> {
  const digest = createHash('sha256').update(archive).digest('hex').slice(0, 12);
  const folder = join(cacheHome, 'steadydancer', digest);
  if (existsSync(folder)) return folder;
  let half: string;
  try {
    mkdirSync(dirname(folder), { recursive: true, mode: 0o700 });
    half = mkdtempSync(`${folder}.half-`);
  } catch {
    return onceOnly(archive);
  }
  try {
    await extractTo(half, archive);
    renameSync(half, folder);
  } catch (error) {
    rmSync(half, { recursive: true, force: true });
    // Another start may have been quicker; what it unpacked is the same.
    if (!existsSync(folder)) throw error;
  }
  return folder;
}

/** Where nothing can be kept (a read-only home), for this start alone. */
async function onceOnly(archive: Buffer): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'steadydancer-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  await extractTo(folder, archive);
  return folder;
}

async function extractTo(folder: string, archive: Buffer): Promise<void> {
  const files = extract();
  const unzipped = pipeline(Readable.from([archive]), createGunzip(), files);
  for await (const entry of files) {
    const { name, type, mode = 0o644 } = entry.header;
    if (type === 'file') {
      const path = join(folder, name);
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      writeFileSync(path, await buffer(entry), { mode });
    } else {
      entry.resume();
    }
  }
  await unzipped;
}

/** XDG Base Directory Specification 0.8; a relative path in the variable is ignored, as it asks. */
export function cacheHomeOf(env: NodeJS.ProcessEnv, home: string): string {
  const own = env.XDG_CACHE_HOME;
  return own && isAbsolute(own) ? own : join(home, '.cache');
}
