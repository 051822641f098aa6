import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { Failure } from '../../contract/failure.ts';
import type { ComfyClient, ServerFile } from '../client.ts';
import { inspectMedia } from '../media/inspect.ts';
import { type RunGraphOptions, runGraph } from '../run-graph.ts';
import { producedFiles } from '../smoke/produced-files.ts';

/** Below this share of lit pixels a picture of a skeleton is empty. */
const MIN_LIT = 0.0002;
const MAX_PICTURE_BYTES = 64e6;

/**
 * Lets the server find the poses before it loads 30 GB of models, and looks whether it drew any.
 * @throws Failure `dance-no-person`, and what runGraph throws
 */
export async function checkPoses(
  run: Omit<RunGraphOptions, 'what'>,
  names: { photo: string; clip: string },
): Promise<void> {
  const { history } = await runGraph({ ...run, what: 'the search for poses' }).catch((error) => {
    throw asNoPerson(error, names) ?? error;
  });
  const { signal, client } = run;
  const seen = async (node: string) => {
    const output = history.outputs[node];
    const files = output ? producedFiles({ ...history, outputs: { [node]: output } }) : [];
    return files.length === 0 ? null : anyLit(client, sample(files), signal);
  };
  if ((await seen('25')) === false) throw noPerson(names.photo);
  if ((await seen('26')) === false) throw noPerson(names.clip);
}

/** The beginning, the middle and the end: a person can walk into a clip. */
function sample(files: ServerFile[]): ServerFile[] {
  const at = [0, Math.floor(files.length / 2), files.length - 1];
  return [...new Set(at)].map((index) => files[index]).filter((file) => file !== undefined);
}

/** False when all of them are black; null where the pictures cannot be looked into. */
async function anyLit(
  client: ComfyClient,
  files: ServerFile[],
  signal: AbortSignal,
): Promise<boolean | null> {
  const folder = await mkdtemp(join(tmpdir(), 'steadydancer-poses-'));
  try {
    for (const [index, file] of files.entries()) {
      const path = join(folder, `${index}.png`);
      await client.download(file, { path, maxBytes: MAX_PICTURE_BYTES }, { signal });
      const media = await inspectMedia(path);
      if (media.kind !== 'pixels') return null;
      if (media.measures.lit >= MIN_LIT) return true;
    }
    return false;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The detectors break on a picture without anybody: which of the two files, they do not say. */
function asNoPerson(error: unknown, { photo, clip }: { photo: string; clip: string }) {
  if (!(error instanceof Failure) || error.code !== 'smoke-render-error') return null;
  const { proof } = error.details;
  if (!/Pose|Detection|Draw/.test(error.message)) return null;
  return new Failure({
    code: 'dance-no-person',
    sentence: `No pose was found in ${basename(photo)} or ${basename(clip)}: ${error.message}`,
    phase: 'smoke',
    ...(proof === undefined ? {} : { proof }),
    cause: 'The pose models found nobody, or broke at a picture.',
  });
}

function noPerson(path: string): Failure {
  return new Failure({
    code: 'dance-no-person',
    sentence: `No person was found in ${basename(path)}; nothing was rendered.`,
    phase: 'smoke',
    cause: 'A whole person, seen well and without others before it, is found best.',
  });
}
