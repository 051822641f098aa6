// First file of the single executable: a Node with the package inside. Called `node`, as in the
// images that carry it for want of another, it is that Node: its first argument is a script.
import { homedir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { getRawAsset } from 'node:sea';
import { pathToFileURL } from 'node:url';
import { cacheHomeOf, unpacked } from './unpack.ts';

async function begin(): Promise<void> {
  const script = process.argv[2];
  if (basename(process.execPath) === 'node' && script !== undefined) {
    process.argv.splice(1, 2, resolve(script));
    await import(pathToFileURL(resolve(script)).href);
    return;
  }
  const archive = Buffer.from(getRawAsset('package.tar.gz'));
  const folder = await unpacked(archive, cacheHomeOf(process.env, homedir()));
  await import(pathToFileURL(join(folder, 'dist', 'main.js')).href);
}

void begin();
