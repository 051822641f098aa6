import type { Dispatcher } from 'undici';
import { Failure } from '../contract/failure.ts';
import type { HubAccess } from './hub-access.ts';
import { ggufFile, repoFiles } from './tree.ts';
import type { WantedModel } from './types.ts';
import { NetworkError } from './web.ts';

/**
 * Finds the real path of a file whose name is not certain, by listing its repository. Where that
 * cannot be listed (a mirror without the API), the name in the manifest stands.
 * @throws the signal's reason
 */
export async function locate(
  wanted: WantedModel,
  access: HubAccess,
  web: Dispatcher,
  stallMs: number,
  signal: AbortSignal,
): Promise<WantedModel> {
  const { origin } = wanted;
  if (origin.kind !== 'hub' || !origin.match) return wanted;
  try {
    const files = await repoFiles(origin.repo, origin.revision, access, web, stallMs, signal);
    const file = files.find(({ path }) => path === origin.path) ?? ggufFile(files, origin.match);
    return file ? { ...wanted, origin: { ...origin, path: file.path } } : wanted;
  } catch (error) {
    if (error instanceof NetworkError || error instanceof Failure) return wanted;
    throw error;
  }
}
