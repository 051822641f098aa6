import type { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { z } from 'zod';
import { Failure } from '../contract/failure.ts';
import { type ImageFile, unpacked } from './image-file.ts';

const lineSchema = z.object({
  stream: z.string().optional(),
  errorDetail: z.object({ message: z.string() }).optional(),
});

/**
 * Loads the image of a file into the engine and gives it a name, like `docker load` and `docker tag`.
 * @param ref `repository:tag` that it gets besides its own
 * @throws Failure image-file-broken, image-file-several, or the signal's reason
 */
export async function loadImage(
  docker: Docker,
  file: ImageFile,
  ref: string,
  signal: AbortSignal,
): Promise<void> {
  const source = unpacked(file, signal);
  let broken: Error | null = null;
  source.on('error', (error) => {
    broken = error;
  });
  let said = '';
  try {
    // @types/dockerode has no options here; the modem takes a signal.
    const load = docker.loadImage as (tar: Readable, options: object) => Promise<Readable>;
    const answer = await load.call(docker, source, { quiet: true, abortSignal: signal });
    for await (const chunk of answer) said += String(chunk);
  } catch (error) {
    signal.throwIfAborted();
    throw notLoaded(file, (broken ?? (error as Error)).message, error as Error);
  } finally {
    source.destroy();
  }
  signal.throwIfAborted();
  const lines = said.split('\n').flatMap(parsed);
  const refused = lines.find(({ errorDetail }) => errorDetail)?.errorDetail;
  if (broken || refused) {
    throw notLoaded(file, ((broken as Error | null) ?? refused)?.message ?? '');
  }
  const [loaded, second] = loadedNames(lines.map(({ stream }) => stream ?? '').join(''));
  if (loaded === undefined) throw notLoaded(file, said.trim() || 'the engine loaded nothing');
  if (second !== undefined) throw several(file, loaded, second);
  const [repo = '', tag = ''] = ref.split(':');
  await docker.getImage(loaded).tag({ repo, tag });
}

/** An image can have several names: they are one by their id only after a look; ids win. */
function loadedNames(text: string): string[] {
  const names = [...text.matchAll(/^Loaded image(?: ID)?: (\S+)/gm)].map((match) => match[1] ?? '');
  return names.filter((name) => name !== '');
}

function parsed(line: string) {
  try {
    return [lineSchema.parse(JSON.parse(line))];
  } catch {
    return [];
  }
}

function notLoaded(file: ImageFile, proof: string, cause?: Error): Failure {
  return new Failure(
    {
      code: 'image-file-broken',
      sentence: `The image of ${file.path} could not be loaded: ${reasonOf(proof)}`,
      proof,
      phase: 'image',
      fixes: [
        {
          label: 'Save it again, and compare the sizes',
          command: 'docker save --output image.tar NAME',
        },
      ],
    },
    cause ? { cause } : {},
  );
}

/** What the engine means; it looks for the files that docker save writes. */
function reasonOf(proof: string): string {
  if (/no such file or directory|manifest\.json|invalid tar header/i.test(proof)) {
    return 'it is no archive of docker save (docker export makes another kind).';
  }
  if (
    /unexpected end of file|unexpected EOF|incorrect data check|corrupt|zstd|checksum/i.test(proof)
  ) {
    return 'it is cut off or damaged.';
  }
  return 'the engine refused it.';
}

function several(file: ImageFile, one: string, other: string): Failure {
  return new Failure({
    code: 'image-file-several',
    sentence: `${file.path} holds more than one image: ${one}, ${other}.`,
    phase: 'image',
    fixes: [
      {
        label: 'They are loaded: name the one that is meant',
        command: `steadydancer run --image ${one}`,
      },
    ],
  });
}
