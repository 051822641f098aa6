import { PassThrough, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { exitCodes } from '../contract/exit-codes.ts';
import { Failure } from '../contract/failure.ts';
import { formatBytes } from '../text/format.ts';
import { shellWord } from '../text/shell-word.ts';
import type { Payload } from './payload.ts';
import type { SshConnection } from './ssh.ts';
import type { Survey } from './survey.ts';

/** Beside the file itself: what is unpacked of it on its first start. */
const UNPACKED_BYTES = 60e6;

export interface PlacedProgram {
  /** Words that start it there. */
  words: string[];
  /** Its folder there. */
  folder: string;
}

export interface PlaceProgress {
  /** Said before anything is copied. */
  onCopy(folder: string, bytes: number): void;
  onBytes(sent: number, total: number): void;
}

/**
 * Sees to it that the program is on the server, whole: what is there is compared by its sha256, and
 * copied where it is missing or differs. Nothing half-copied gets its name.
 * @throws Failure server-disk-small, server-copy-failed, server-cannot-execute, or the signal's reason
 */
export async function placeProgram(
  ssh: SshConnection,
  survey: Survey,
  payload: Payload,
  progress: PlaceProgress,
  signal: AbortSignal,
): Promise<PlacedProgram> {
  const folder = `${survey.cache}/steadydancer/on/${payload.sha256.slice(0, 12)}`;
  const file = `${folder}/${payload.kind === 'executable' ? 'steadydancer' : 'package.tar.gz'}`;
  const words =
    payload.kind === 'executable' ? [file] : [payload.node ?? 'node', `${folder}/dist/main.js`];
  const started = `${words.map(shellWord).join(' ')} --version`;
  const there = await ssh.sh(`${sumOf(file)}; ${started}`, signal);
  const whole = digestIn(there.stdout) === payload.sha256;
  if (whole && there.exitCode === 0) return { words, folder };
  if (!whole) {
    checkSpace(ssh.destination, survey, payload.bytes);
    progress.onCopy(folder, payload.bytes);
    await copy(ssh, file, payload, progress, signal);
  }
  const unpack =
    payload.kind === 'package'
      ? `tar -xzf ${shellWord(file)} -C ${shellWord(folder)} || exit 1; `
      : '';
  const first = await ssh.sh(`${unpack}${started}`, signal);
  if (first.exitCode !== 0) throw cannotExecute(ssh.destination, file, first.stderr);
  return { words, folder };
}

async function copy(
  ssh: SshConnection,
  file: string,
  payload: Payload,
  progress: PlaceProgress,
  signal: AbortSignal,
): Promise<void> {
  const folder = file.slice(0, file.lastIndexOf('/'));
  const [dir, part, whole] = [folder, `${file}.part`, file].map(shellWord);
  // gzip's own checksum ends a cut-off copy; the digest is of what came to lie on the disk.
  const script =
    `umask 077; mkdir -p ${dir} && gzip -dc > ${part} && ${sumOf(`${file}.part`)} && ` +
    `chmod 700 ${part} && mv -f ${part} ${whole} || { rm -f ${part}; exit 1; }`;
  const packed = gzipped(payload, progress);
  const said = await ssh.send(`sh -c ${shellWord(script)}`, packed, signal);
  const arrived = digestIn(said.stdout);
  if (said.exitCode === 0 && arrived === payload.sha256) return;
  const proof = said.stderr.trim().split('\n').at(-1) ?? '';
  if (/No space left|Disk quota exceeded/i.test(said.stderr)) {
    throw noSpace(ssh.destination, payload.bytes, proof);
  }
  if (arrived !== null) await ssh.sh(`rm -f ${whole}`);
  throw new Failure({
    code: 'server-copy-failed',
    sentence: `The program did not come to ${ssh.destination} whole.`,
    proof: arrived === null ? proof || 'the connection ended' : `sha256 there: ${arrived}`,
    fixes: [{ label: 'Look at the folder there', command: `ssh ${ssh.destination} ls -ld ${dir}` }],
  });
}

/** Packed on its way alone: two thirds of a Node go away. Counts what was read of the file. */
function gzipped(payload: Payload, progress: PlaceProgress): Readable {
  let sent = 0;
  const counter = new PassThrough();
  counter.on('data', (chunk: Buffer) => {
    sent += chunk.byteLength;
    progress.onBytes(sent, payload.bytes);
  });
  const packed = createGzip({ level: 1 });
  pipeline(payload.open(), counter, packed).catch((error: Error) => packed.destroy(error));
  return packed;
}

/** GNU and BusyBox have sha256sum; Perl's shasum stands in elsewhere. */
function sumOf(file: string): string {
  const word = shellWord(file);
  return `{ sha256sum ${word} 2>/dev/null || shasum -a 256 ${word} 2>/dev/null; }`;
}

function digestIn(text: string): string | null {
  return /^\\?([0-9a-f]{64}) /m.exec(text)?.[1] ?? null;
}

function checkSpace(host: string, { freeBytes }: Survey, bytes: number): void {
  const needed = bytes + UNPACKED_BYTES;
  if (freeBytes === null || freeBytes >= needed) return;
  throw noSpace(host, needed, `df: ${formatBytes(freeBytes)} free`);
}

function noSpace(host: string, bytes: number, proof: string): Failure {
  return new Failure({
    code: 'server-disk-small',
    sentence: `The home disk of ${host} has no room for the program, ${formatBytes(bytes)}.`,
    proof,
    fixes: [{ label: 'See what is full there', command: `ssh ${host} df -h` }],
    exitCode: exitCodes.disk,
  });
}

function cannotExecute(host: string, file: string, stderr: string): Failure {
  const proof = stderr.trim().split('\n').at(-1) || 'it ended without a word';
  if (/GLIBC(XX)?_\d|ld-linux|not found \(required by/.test(stderr)) {
    return new Failure({
      code: 'server-glibc-old',
      sentence: `The C libraries of ${host} are older than the program needs.`,
      proof,
      fixes: [{ label: `Install a Node 22.19 or newer on ${host} that fits it` }],
    });
  }
  const folder = file.slice(0, file.lastIndexOf('/'));
  return new Failure({
    code: 'server-cannot-execute',
    sentence: `${host} does not start the program that was put there.`,
    proof,
    fixes: [
      {
        label: 'Look whether the folder may hold programs (noexec)',
        command: `ssh ${host} findmnt --target ${shellWord(folder)}`,
      },
    ],
  });
}
