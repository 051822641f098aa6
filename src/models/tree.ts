import type { Dispatcher } from 'undici';
import { z } from 'zod';
import { modelsFailure } from './failures.ts';
import { type HubAccess, headersFor } from './hub-access.ts';
import { exchange } from './web.ts';

const entrySchema = z.object({
  type: z.string(),
  path: z.string(),
  size: z.int().nonnegative(),
  lfs: z.object({ oid: z.string(), size: z.int().nonnegative() }).optional(),
});

export interface RepoFile {
  path: string;
  bytes: number;
  /** Only of files in large file storage. */
  sha256: string | null;
}

const MOST_BYTES = 8_000_000;
const MOST_PAGES = 50;

/**
 * The files of a repository, asked from the hub (GET /api/models/{repo}/tree/{revision}, paged by
 * its Link header), so that no name has to be guessed.
 * @throws Failure models-repo-unreadable, NetworkError, or the signal's reason
 */
export async function repoFiles(
  repo: string,
  revision: string,
  access: HubAccess,
  web: Dispatcher,
  stallMs: number,
  signal: AbortSignal,
): Promise<RepoFile[]> {
  const files: RepoFile[] = [];
  let url: URL | null = new URL(
    `${access.endpoint}/api/models/${repo}/tree/${encodeURIComponent(revision)}?recursive=true`,
  );
  const { origin } = url;
  for (let page = 0; url && page < MOST_PAGES; page += 1) {
    let status = 0;
    let next: string | undefined;
    let text = '';
    await exchange(
      web,
      { url, headers: headersFor(url, access), stallMs },
      {
        head: (answer) => {
          status = answer.status;
          next = /<([^>]+)>;\s*rel="next"/.exec(answer.headers.link ?? '')?.[1];
          return status === 200 ? 'read' : 'drain';
        },
        data: (chunk) => {
          text += chunk.toString('latin1');
          return text.length > MOST_BYTES ? 'enough' : 'more';
        },
      },
      signal,
    );
    const parsed = z.array(entrySchema).safeParse(status === 200 ? jsonOf(text) : null);
    if (!parsed.success) {
      throw modelsFailure('models-repo-unreadable', `The hub does not list the files of ${repo}.`, {
        proof: `HTTP ${status} from ${url.origin}${url.pathname}`,
      });
    }
    for (const entry of parsed.data) {
      if (entry.type !== 'file') continue;
      files.push({
        path: entry.path,
        bytes: entry.lfs?.size ?? entry.size,
        sha256: entry.lfs?.oid ?? null,
      });
    }
    url = next ? new URL(next, url) : null;
    // A list that goes on elsewhere would take the token with it.
    if (url && url.origin !== origin) url = null;
  }
  return files;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'latin1').toString('utf8'));
  } catch {
    return null;
  }
}

/**
 * The file of a GGUF quantisation (`q4_k_m`) among those of a repository. The one made from the
 * fp16 weights is preferred to one made from fp8 (facts §1: both kinds are in the repository).
 */
export function ggufFile(files: readonly RepoFile[], quantisation: string): RepoFile | null {
  const wanted = quantisation.toLowerCase();
  const named = files.filter((file) => {
    const name = file.path.toLowerCase();
    return name.endsWith('.gguf') && new RegExp(`(^|[-_./])${wanted}([-_.]|$)`).test(name);
  });
  const rank = (file: RepoFile) =>
    (/from_fp8/i.test(file.path) ? 2 : 0) + (/fix_5d_tensor/i.test(file.path) ? 0 : 1);
  return named.sort((a, b) => rank(a) - rank(b) || a.path.localeCompare(b.path))[0] ?? null;
}
