// buildStage() on a real engine, with a context made by hand: recipes and limits that no profile has.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventBody } from '../../src/contract/events.ts';
import { observeEngine } from '../../src/machine/engine.ts';
import { observeHost } from '../../src/machine/host.ts';
import { Valve } from '../../src/models/valve.ts';
import type { RunContext } from '../../src/pipeline/context.ts';
import { runDisk } from '../../src/pipeline/disk-guard-run.ts';
import { DownloadPauses } from '../../src/pipeline/download-pauses.ts';
import { Ballast } from '../../src/pipeline/free-space-ballast.ts';
import { systemClock } from '../../src/ports/clock.ts';
import { connectDocker, resolveEndpoint } from '../../src/ports/docker.ts';
import { systemProcesses } from '../../src/ports/processes.ts';
import { resolveChoices } from '../../src/recipe/resolve-choices.ts';
import type { RunRequest } from '../../src/runner/request.ts';

export interface StageWorld {
  ctx: RunContext;
  events: EventBody[];
  dir: string;
  remove(): void;
}

/** A run of the real recipe's shape around any Dockerfile. `answer` is a person's, by question id. */
export async function stageWorld(
  dockerfile: string,
  choices: Parameters<typeof resolveChoices>[0],
  args: Record<string, string> = {},
  answer?: (id: string) => string,
): Promise<StageWorld> {
  const dir = mkdtempSync(join(tmpdir(), 'sd-stage-'));
  writeFileSync(join(dir, 'Dockerfile'), dockerfile);
  writeFileSync(join(dir, '.dockerignore'), '*\n');
  const env = process.env;
  const host = await observeHost({ env });
  const engine = await observeEngine({ env, host, processes: systemProcesses, clock: systemClock });
  if (engine.state !== 'ready') throw new Error(engine.sentence);
  const docker = await connectDocker(await resolveEndpoint(env, host.home));
  const events: EventBody[] = [];
  const valve = new Valve();
  const ballast = new Ballast(dir);
  const { disk } = runDisk({ ballast, pauses: new DownloadPauses(valve) }, 0, systemClock);
  const request = {
    profile: null,
    noCache: true,
    pull: false,
    answers: answer ? 'person' : 'yes',
  } as Partial<RunRequest>;
  const plan = {
    image: { ref: `sd-stage-test:${process.pid}` },
    args,
    planDigest: 'stage-test',
    disk: [],
  };
  const ctx = {
    request,
    runDir: dir,
    runsDir: dir,
    ports: { env, clock: systemClock, processes: systemProcesses },
    planned: { plan, choices: resolveChoices({ recipe: 'steadydancer', ...choices }) },
    context: { dir, dockerfile: join(dir, 'Dockerfile') },
    facts: { engine: { docker, facts: engine }, smoke: [], outputs: [], buildMs: 0, built: {} },
    disk,
    valve,
    emit: (event: EventBody) => void events.push(event),
    ask: async ({ id, unattended }: { id: string; unattended: string | null }) =>
      answer ? answer(id) : (unattended ?? ''),
    onEnd: () => {},
  } as unknown as RunContext;
  const remove = () => {
    rmSync(dir, { recursive: true, force: true });
    void docker
      .getImage(plan.image.ref)
      .remove({ force: true })
      .catch(() => {});
  };
  return { ctx, events, dir, remove };
}
