import { mkdir } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import type { Failure } from '../../contract/failure.ts';
import type { Downloaded, ServerFile } from '../client.ts';
import { type CodedFilm, type DecodedFilm, inspectMedia } from '../media/inspect.ts';
import { UnreadableMedia } from '../media/unreadable.ts';
import {
  type LevelVerdict,
  type SmokeContext,
  type SmokeLevelDefinition,
  skip,
  smokeFailure,
} from './context.ts';
import { judgeMedia } from './judge-media.ts';
import { producedFiles } from './produced-files.ts';
import { keepFirstFrame, measureShownFrames } from './shown-frames.ts';

const MAX_FILE_BYTES = 2e9;
/** A workflow that saves each frame as a picture makes many files; this many are fetched. */
const MAX_FILES = 32;

export const file: SmokeLevelDefinition = {
  id: 'file',
  needs: ['render'],
  deadlineMs: 5 * 60_000,
  async check(context, signal) {
    const { client, history } = context;
    if (!history) return skip('Nothing was rendered.');
    const produced = producedFiles(history);
    if (produced.length === 0) {
      throw smokeFailure(
        'smoke-file-missing',
        'The server finished but names no produced file.',
        JSON.stringify(history.outputs).slice(0, 500),
      );
    }
    await mkdir(context.outDir, { recursive: true });
    const taken = new Set<string>();
    const verdicts: LevelVerdict[] = [];
    let stills = 0;
    for (const from of produced.slice(0, MAX_FILES)) {
      const path = join(context.outDir, localName(from.filename, taken));
      const to = { path, maxBytes: MAX_FILE_BYTES };
      const saved = await client.download(from, to, { signal }).catch((error) => {
        throw gone(from, error) ?? error;
      });
      const { verdict, still } = await judge(context, { ...saved, from }, signal);
      verdicts.push(verdict);
      if (still) stills += 1;
    }
    const frames = context.fileExpected.frames ?? 1;
    if (frames > 1 && stills === produced.length && stills !== frames) {
      throw smokeFailure(
        'smoke-file-still',
        `The server saved ${stills} still pictures; a film of ${frames} frames was asked for.`,
      );
    }
    return verdicts.find((verdict) => verdict.status === 'warn') ?? (verdicts[0] as LevelVerdict);
  },
};

interface Judged {
  verdict: LevelVerdict;
  /** A single picture where a film was asked for: one frame of it, or its preview. */
  still: boolean;
}

async function judge(
  context: SmokeContext,
  saved: Downloaded & { from: ServerFile },
  signal: AbortSignal,
): Promise<Judged> {
  const name = basename(saved.path);
  if (saved.bytes === 0) throw smokeFailure('smoke-file-broken', `${name} is empty.`);
  try {
    const media = await inspectMedia(saved.path);
    const mime = media.mime ?? saved.mime;
    context.outputs.push({ path: saved.path, bytes: saved.bytes, mime });
    const still = media.kind !== 'other' && !media.mergesFrames && framesOf(media) === 1;
    const { fileExpected } = context;
    const expected = still ? { ...fileExpected, frames: 1 } : fileExpected;
    const shown = media.kind === 'coded' ? await measureShownFrames(context, signal) : null;
    const verdict = judgeMedia(name, media, expected, shown);
    if (media.kind === 'coded' && media.frames > 1) {
      const frame = await keepFirstFrame(context, saved, signal);
      if (frame) context.outputs.push(frame);
    }
    return { verdict, still };
  } catch (error) {
    if (!(error instanceof UnreadableMedia)) throw error;
    throw smokeFailure(
      'smoke-file-broken',
      `${name} cannot be read: ${error.message}.`,
      error.message,
    );
  }
}

const framesOf = (media: DecodedFilm | CodedFilm) =>
  media.kind === 'pixels' ? media.measures.frames : media.frames;

/** The server's name without folders; a second file of that name gets a number. */
function localName(filename: string, taken: Set<string>): string {
  const plain = basename(filename.replaceAll('\\', '/')).replace(/[\x00-\x1f\x7f]/g, '_');
  const safe = plain === '' || plain === '.' || plain === '..' ? 'output' : plain;
  const extension = extname(safe);
  let name = safe;
  for (let n = 2; taken.has(name); n += 1) {
    name = `${safe.slice(0, safe.length - extension.length)}-${n}${extension}`;
  }
  taken.add(name);
  return name;
}

/** A 404 for a file that the history names; null for any other error. */
export function gone(from: ServerFile, error: unknown): Failure | null {
  const proof = (error as { details?: { proof?: string } }).details?.proof ?? '';
  if (!proof.startsWith('HTTP 404')) return null;
  return smokeFailure(
    'smoke-file-missing',
    `The server names ${from.filename} but does not have it.`,
    proof,
  );
}
