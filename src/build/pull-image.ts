import type { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { readEngineStream } from './engine-stream.ts';
import type { SolveEvent } from './types.ts';

/**
 * Pulls an image unless it is there. The engine asks the registry for a token by itself, which a
 * build without a session cannot.
 * @returns null, or what the engine or the registry answered
 * @throws the signal's reason
 */
export async function pullImage(
  docker: Docker,
  ref: string,
  options: { platform?: string; evenIfThere?: boolean },
  onEvent: (event: SolveEvent) => void,
  signal: AbortSignal,
): Promise<string | null> {
  if (!options.evenIfThere && (await isThere(docker, ref))) return null;
  signal.throwIfAborted();
  try {
    const stream = await docker.pull(withTag(ref), {
      ...(options.platform ? { platform: options.platform } : {}),
    });
    const end = await readEngineStream(stream as Readable, onEvent, signal, ref);
    return end.lost ? 'ECONNRESET' : end.error;
  } catch (error) {
    signal.throwIfAborted();
    return error instanceof Error ? error.message : String(error);
  }
}

async function isThere(docker: Docker, ref: string): Promise<boolean> {
  return docker
    .getImage(ref)
    .inspect()
    .then(
      () => true,
      () => false,
    );
}

/** Without a tag or digest the API would pull every tag of the repository. */
function withTag(ref: string): string {
  const name = ref.slice(ref.lastIndexOf('/') + 1);
  return name.includes(':') || name.includes('@') ? ref : `${ref}:latest`;
}
