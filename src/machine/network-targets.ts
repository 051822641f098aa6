import { z } from 'zod';
import mirrors from '../../docker/mirrors.json' with { type: 'json' };
import { mirrorKinds } from '../contract/choices.ts';
import type { Processes } from '../ports/processes.ts';

const targetSchema = z.object({
  kind: z.enum(mirrorKinds),
  name: z.string(),
  /** The place that everyone uses unless told otherwise. */
  origin: z.boolean(),
  /** What `mirrors.<kind>` would be set to. */
  value: z.string(),
  /** What is fetched to measure it. */
  probe: z.url(),
  /** Only how soon it answers counts: it has no file that may be had without a token. */
  answers: z.boolean().optional(),
  source: z.string(),
});
export type NetworkTarget = z.infer<typeof targetSchema>;
const listSchema = z.object({
  v: z.literal(1),
  date: z.iso.date(),
  note: z.string(),
  targets: z.array(targetSchema),
});

/** The dated list of docker/mirrors.json. */
export function listedTargets(): { date: string; targets: NetworkTarget[] } {
  return listSchema.parse(mirrors);
}

/**
 * The package index that pip is set to here, from PIP_INDEX_URL or pip's configuration; null when
 * neither names one. Credentials in it stay in the value: do not print it.
 */
export async function pipIndex(
  env: NodeJS.ProcessEnv,
  processes: Processes,
  signal?: AbortSignal,
): Promise<string | null> {
  if (env.PIP_INDEX_URL) return env.PIP_INDEX_URL;
  const options = { env, timeoutMs: 2_000, ...(signal ? { signal } : {}) };
  for (const pip of ['pip', 'pip3']) {
    const { exitCode, stdout } = await processes.run(
      pip,
      ['config', 'get', 'global.index-url'],
      options,
    );
    if (exitCode === 0 && stdout.trim() !== '') return stdout.trim();
  }
  return null;
}

/** The last wheel that a page of a simple index links to (PEP 503), as an absolute address. */
export function lastWheelOf(page: string, pageUrl: string): string | null {
  const links = [...page.matchAll(/href="([^"]+?\.whl)(?:#[^"]*)?"/g)];
  const last = links.at(-1)?.[1];
  return last === undefined ? null : new URL(last.replaceAll('&amp;', '&'), pageUrl).href;
}
