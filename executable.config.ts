// Builds single executables that need no Node: `npm run build:executables [-- x64 arm64]` (default:
// this machine's). Each is the Node of node_modules, or npm's package of the same version for the
// other architecture, with the built package as an asset (nodejs.org/api/single-executable-applications).
import { execFileSync } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import {
  chmod,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { build } from 'esbuild';
import { inject } from 'postject';
import { pack } from 'tar-stream';

const ARCHITECTURES = ['x64', 'arm64'];
/** What npm puts into the package, by `files` of package.json. */
const PARTS = ['dist', 'docker', 'profiles', 'package.json', 'LICENSE'];
/** Says where the blob is (Node's lib/internal/main/mksnapshot and postject's --sentinel-fuse). */
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';
const OUT = 'executables';

const wanted = process.argv.slice(2);
const unknown = wanted.find((arch) => !ARCHITECTURES.includes(arch));
if (unknown) throw new Error(`There are executables for ${ARCHITECTURES.join(' and ')}.`);

const scratch = await mkdtemp(join(tmpdir(), 'steadydancer-executable-'));
try {
  await build({
    entryPoints: ['src/executable/main.ts'],
    outfile: join(scratch, 'main.cjs'),
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    logLevel: 'warning',
  });
  await archivePackage(join(scratch, 'package.tar.gz'));
  const blob = await makeBlob();
  await mkdir(OUT, { recursive: true });
  for (const arch of wanted.length > 0 ? wanted : [process.arch]) {
    const path = join(OUT, `steadydancer-linux-${arch}`);
    await cp(await nodeFor(arch), path);
    await chmod(path, 0o755);
    await inject(path, 'NODE_SEA_BLOB', blob, { sentinelFuse: FUSE });
    console.log(path);
  }
} finally {
  await rm(scratch, { recursive: true, force: true });
}

async function archivePackage(path: string): Promise<void> {
  const archive = pack();
  const written = pipeline(archive, createGzip({ level: 9 }), createWriteStream(path));
  for (const part of PARTS) await add(part);
  archive.finalize();
  await written;

  async function add(name: string): Promise<void> {
    const entries = await readdir(name, { withFileTypes: true }).catch(() => null);
    if (entries === null) {
      // The same archive for the same files: no times, no owners.
      const mode = (await stat(name)).mode & 0o777;
      archive.entry({ name, mode, mtime: new Date(0) }, await readFile(name));
      return;
    }
    for (const entry of entries.sort((a, b) => a.name.localeCompare(b.name))) {
      if (!entry.name.endsWith('.map')) await add(join(name, entry.name));
    }
  }
}

async function makeBlob(): Promise<Buffer> {
  const config = {
    main: join(scratch, 'main.cjs'),
    output: join(scratch, 'blob'),
    disableExperimentalSEAWarning: true,
    assets: { 'package.tar.gz': join(scratch, 'package.tar.gz') },
  };
  await writeFile(join(scratch, 'sea.json'), JSON.stringify(config));
  execFileSync(process.execPath, ['--experimental-sea-config', join(scratch, 'sea.json')]);
  return readFile(config.output);
}

/** The node binary of this process, or of npm's package for the other architecture. */
async function nodeFor(arch: string): Promise<string> {
  if (arch === process.arch) return process.execPath;
  const name = `node-linux-${arch}@${process.versions.node}`;
  const asked = ['pack', name, '--silent', '--pack-destination', scratch];
  const file = execFileSync('npm', asked, { encoding: 'utf8' }).trim();
  execFileSync('tar', ['-xzf', join(scratch, file), '-C', scratch, 'package/bin/node']);
  return join(scratch, 'package/bin/node');
}
