import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import type { EventBody } from '../../../src/contract/events.ts';
import { hubAccess } from '../../../src/models/hub-access.ts';
import { type PullOptions, type PullReport, pull } from '../../../src/models/pull.ts';
import type { DownloadLimits, WantedModel } from '../../../src/models/types.ts';
import { webOf } from '../../../src/models/web.ts';
import { systemClock } from '../../../src/ports/clock.ts';
import { type Hub, type HubFile, type HubOptions, startHub } from './hub.ts';

export const REPO = 'Kijai/WanVideo_comfy';

/** Waits of the real limits are minutes; those of tests are milliseconds. */
export const hasty: DownloadLimits = {
  parts: 8,
  perHost: 8,
  inAll: 16,
  files: 2,
  bytesPerSecond: null,
  stallMs: 10_000,
  backoffMs: 1,
  backoffMaxMs: 8,
  patience: 12,
  leastPartBytes: 64 * 1024,
};

const endings: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

/** A folder that is removed after the test. */
export function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sd-models-'));
  endings.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A hub that is closed after the test. */
export async function hubWith(options: HubOptions): Promise<Hub> {
  const hub = await startHub(options);
  endings.push(() => hub.close());
  return hub;
}

export function wantedOf(file: HubFile, more: Partial<WantedModel> = {}): WantedModel {
  return {
    id: file.path,
    file: file.path,
    origin: { kind: 'hub', repo: file.repo, revision: 'main', path: file.path },
    bytes: null,
    sha256: null,
    ...more,
  };
}

export interface Pulled extends PullReport {
  events: EventBody[];
}

/** Pulls from the stand-in with short waits. */
export async function pullFrom(
  hub: Pick<Hub, 'url'>,
  folder: string,
  models: WantedModel[],
  more: Partial<PullOptions> & { env?: NodeJS.ProcessEnv } = {},
): Promise<Pulled> {
  const events: EventBody[] = [];
  const { env = {}, ...options } = more;
  const web = webOf(env);
  try {
    const report = await pull({
      folder,
      models,
      access: hubAccess({ HOME: '/nonexistent', HF_ENDPOINT: hub.url, ...env }),
      web,
      clock: systemClock,
      emit: (event) => events.push(event),
      signal: new AbortController().signal,
      ...options,
      limits: { ...hasty, ...options.limits },
    });
    return { ...report, events };
  } finally {
    await web.destroy();
  }
}

export function sha256(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

/** Every file below a folder, relative, sorted. */
export function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(folder, name)).isFile())
    .sort();
}
