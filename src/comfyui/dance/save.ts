import { constants } from 'node:fs';
import { copyFile, link, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { exitCodes } from '../../contract/exit-codes.ts';
import { Failure } from '../../contract/failure.ts';
import type { OutputFile } from '../../contract/smoke.ts';
import type { ComfyClient, ServerFile } from '../client.ts';
import { FILM_NODE } from '../graphs/steadydancer.ts';
import { inspectMedia } from '../media/inspect.ts';
import { UnreadableMedia } from '../media/unreadable.ts';
import type { HistoryEntry } from '../schemas.ts';
import { gone } from '../smoke/file.ts';
import { judgeMedia } from '../smoke/judge-media.ts';
import { producedFiles } from '../smoke/produced-files.ts';

const MAX_FILM_BYTES = 20e9;

export interface SavedFilm extends OutputFile {
  /** One sentence: what the file is. */
  detail: string;
}

/**
 * Fetches the film of a finished run, looks at it, and gives it its name; a name that is taken gets a
 * number, never another content. Nothing stays behind when it fails.
 * @throws Failure smoke-file-*, `dance-folder-not-writable`, and what the client throws
 */
export async function saveFilm(
  { client, history, wanted }: { client: ComfyClient; history: HistoryEntry; wanted: string },
  signal: AbortSignal,
): Promise<SavedFilm> {
  const film = filmOf(history);
  const folder = dirname(wanted);
  const { own } = await temporaryFolder(folder);
  try {
    const fetched = join(own, basename(film.filename.replaceAll('\\', '/')) || 'film');
    const saved = await client
      .download(film, { path: fetched, maxBytes: MAX_FILM_BYTES }, { signal })
      .catch((error) => {
        throw gone(film, error) ?? error;
      });
    const { detail, mime, extension } = await look(fetched, saved.mime);
    const path = await nameIt(fetched, withExtension(wanted, extension ?? extname(fetched)));
    return { path, bytes: saved.bytes, mime, detail: detail(basename(path)) };
  } finally {
    await rm(own, { recursive: true, force: true });
  }
}

function filmOf(history: HistoryEntry): ServerFile {
  const own = history.outputs[FILM_NODE];
  const files = producedFiles(own ? { ...history, outputs: { [FILM_NODE]: own } } : history);
  // VHS also names the film's first frame; with sound it reports the file that has it.
  const film = files.findLast(({ filename }) => /\.(mp4|mov|webm|mkv|gif)$/i.test(filename));
  const found = film ?? files[0];
  if (found) return found;
  throw new Failure({
    code: 'smoke-file-missing',
    sentence: 'The server finished but names no film.',
    proof: JSON.stringify(history.outputs).slice(0, 500),
    phase: 'smoke',
  });
}

async function look(path: string, mime: string) {
  try {
    const media = await inspectMedia(path);
    const film = (name: string) => judgeMedia(name, media, {}).detail;
    // Black or still is known before the film gets its name.
    film(basename(path));
    const extension = media.kind === 'other' ? null : media.extension;
    return { detail: film, mime: media.mime ?? mime, extension };
  } catch (error) {
    if (!(error instanceof UnreadableMedia)) throw error;
    throw new Failure({
      code: 'smoke-file-broken',
      sentence: `The film of the server cannot be read: ${error.message}.`,
      phase: 'smoke',
    });
  }
}

/**
 * Looks whether films can be saved in a folder, before an hour is spent on one; makes nothing that stays.
 * @throws Failure `dance-folder-not-writable`
 */
export async function checkFolder(folder: string): Promise<void> {
  const { own, made } = await temporaryFolder(folder).catch((error) => {
    if (!(error instanceof Failure)) throw error;
    throw new Failure({ ...error.details, exitCode: exitCodes.usage }, { cause: error });
  });
  await rm(made ?? own, { recursive: true, force: true });
}

/** `made`: the uppermost folder that was not there before. */
async function temporaryFolder(folder: string): Promise<{ own: string; made: string | undefined }> {
  try {
    const made = await mkdir(folder, { recursive: true });
    return { own: await mkdtemp(join(folder, '.steadydancer-')), made };
  } catch (error) {
    throw new Failure({
      code: 'dance-folder-not-writable',
      sentence: `${folder} cannot be written (${(error as NodeJS.ErrnoException).code}).`,
      phase: 'smoke',
      fixes: [{ label: 'Save somewhere else', command: 'steadydancer dance … -o ~/dance.mp4' }],
    });
  }
}

/** What the file is decides, not the name that was wished for. */
function withExtension(wanted: string, extension: string): string {
  const asked = extname(wanted);
  if (asked.toLowerCase() === extension.toLowerCase()) return wanted;
  return `${wanted.slice(0, wanted.length - asked.length)}${extension}`;
}

/** Gives the file its name in one step that fails where the name is taken. */
async function nameIt(from: string, wanted: string): Promise<string> {
  const extension = extname(wanted);
  const stem = wanted.slice(0, wanted.length - extension.length);
  for (let n = 1; ; n += 1) {
    const path = n === 1 ? wanted : `${stem}-${n}${extension}`;
    try {
      await claim(from, path);
      return path;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

async function claim(from: string, path: string): Promise<void> {
  try {
    await link(from, path);
  } catch (error) {
    // Filesystems without hard links (FAT, some network shares).
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(code)) throw error;
    await copyFile(from, path, constants.COPYFILE_EXCL);
  }
}
