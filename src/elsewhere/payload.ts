import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { isSea } from 'node:sea';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { pack } from 'tar-stream';
import { Failure } from '../contract/failure.ts';
import { assetPath } from '../recipe/assets.ts';
import { OLDEST_GLIBC, olderThan, type Survey } from './survey.ts';

/** What is put on a server: one file, and how it is started there. */
export interface Payload {
  /** `executable`: a Node with the package inside. `package`: for a Node that is there. */
  kind: 'executable' | 'package';
  bytes: number;
  /** Hex; also the name of its folder there. */
  sha256: string;
  open(): Readable;
  /** Of a package: the Node that runs it. */
  node: string | null;
}

/** What npm gives out, by `files` of package.json. */
const PARTS = ['dist', 'docker', 'profiles', 'package.json', 'LICENSE'];

/** Where this program itself comes from; a seam for tests. */
export interface OwnProgram {
  /** The single executable that runs now; null under a Node of the machine. */
  executable: string | null;
  architecture: string;
  platform: NodeJS.Platform;
}

export const thisProgram = (): OwnProgram => ({
  executable: isSea() ? process.execPath : null,
  architecture: process.arch,
  platform: process.platform,
});

/**
 * The program for a server: the single executable of its architecture where one is at hand (this
 * one, or one that was built beside the package), else the package where the server has a Node.
 * @throws Failure server-node-missing, server-glibc-old
 */
export async function payloadFor(
  host: string,
  survey: Survey,
  own: OwnProgram = thisProgram(),
): Promise<Payload> {
  const executable = await executableFor(survey, own);
  const runsNode = survey.glibc !== null && !olderThan(survey.glibc, OLDEST_GLIBC);
  if (executable !== null && runsNode) return executablePayload(executable);
  if (survey.node !== null) return packagePayload(survey.node.path);
  if (executable !== null) throw oldGlibc(host, survey);
  throw new Failure({
    code: 'server-node-missing',
    sentence: `${host} has no Node 22.19 or newer, and there is no single executable for its ${survey.architecture} here.`,
    proof: `command -v node, nvm, volta and fnm were looked at on ${host}`,
    fixes: [
      {
        label: 'In a checkout, make the executable, then go on from there',
        command: `npm run build:executables -- ${survey.architecture}`,
      },
      {
        label: `Or install Node on ${host}`,
        command: `ssh -t ${host} sudo snap install node --classic`,
      },
    ],
  });
}

async function executableFor(survey: Survey, own: OwnProgram): Promise<string | null> {
  const same = own.platform === 'linux' && own.architecture === survey.architecture;
  if (own.executable !== null && same) return own.executable;
  const beside = assetPath('executables', `steadydancer-linux-${survey.architecture}`);
  return (await stat(beside).catch(() => null))?.isFile() ? beside : null;
}

/** Node's official builds do not start under an older glibc, or under musl. */
export function oldGlibc(host: string, { glibc, libc }: Survey): Failure {
  return new Failure({
    code: 'server-glibc-old',
    sentence:
      glibc === null
        ? `${host} has no glibc, which the program needs.`
        : `${host} has glibc ${glibc}; the program needs ${OLDEST_GLIBC} or newer.`,
    proof: libc || 'getconf GNU_LIBC_VERSION gave no answer',
    fixes: [{ label: `Install a Node 22.19 or newer on ${host} that fits it` }],
  });
}

async function executablePayload(path: string): Promise<Payload> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return {
    kind: 'executable',
    bytes: (await stat(path)).size,
    sha256: hash.digest('hex'),
    open: () => createReadStream(path),
    node: null,
  };
}

async function packagePayload(node: string): Promise<Payload> {
  const archive = await packageArchive();
  return {
    kind: 'package',
    bytes: archive.byteLength,
    sha256: createHash('sha256').update(archive).digest('hex'),
    open: () => Readable.from([archive]),
    node,
  };
}

/** The package as tar.gz; the same bytes for the same files: no times, no owners. */
async function packageArchive(): Promise<Buffer> {
  const archive = pack();
  const packed = buffer(archive.pipe(createGzip({ level: 9 })));
  for (const part of PARTS) await add(part);
  archive.finalize();
  return packed;

  async function add(name: string): Promise<void> {
    const path = assetPath(...name.split('/'));
    const entries = await readdir(path, { withFileTypes: true }).catch(() => null);
    if (entries === null) {
      const mode = (await stat(path)).mode & 0o777;
      archive.entry({ name, mode, mtime: new Date(0) }, await readFile(path));
      return;
    }
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (!entry.name.endsWith('.map')) await add(`${name}/${entry.name}`);
    }
  }
}
