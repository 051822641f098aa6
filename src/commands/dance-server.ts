import type Docker from 'dockerode';
import { fetch } from 'undici';
import { z } from 'zod';
import type { WantedModels } from '../comfyui/dance/server-models.ts';
import { attentions, textEncoders, variants } from '../contract/choices.ts';
import { labels } from '../contract/ids.ts';
import { killedForMemory } from '../launch/killed.ts';
import { startAgain } from '../launch/start-again.ts';
import { readResult } from '../pipeline/history.ts';
import { systemClock } from '../ports/clock.ts';
import { places } from '../profiles/places.ts';
import { knownRuns } from '../runner/live-runs.ts';
import { formatDuration } from '../text/format.ts';
import { connectedEngine } from './engine.ts';
import type { Io } from './io.ts';

export interface DanceServer {
  url: string;
  /** What the container was built for; empty where nothing is known of the server. */
  built: WantedModels;
  /** The container's limit of memory; null: none, or a server of somebody else. */
  memoryLimitBytes: number | null;
  /** What the engine says when memory ran full and ended it; null: it did not, or who knows. */
  killed(): Promise<string | null>;
}

/** Our container, started when it does not run. Throws what startAgain() throws. */
export async function ownServer(
  profile: string | undefined,
  io: Io,
  signal: AbortSignal,
): Promise<DanceServer> {
  const { docker, endpoint } = await connectedEngine(io);
  const launched = await startAgain(
    { local: !endpoint.remote, ...(profile === undefined ? {} : { profile }) },
    {
      docker,
      clock: systemClock,
      fetch,
      emit: (event) => {
        if (event.type === 'note') io.say(event.text);
        if (event.type === 'container' && event.state === 'started') {
          io.say(`${event.name} was stopped and starts now.`);
        }
      },
      // There is one question, a taken port, and its written default is the next one.
      ask: async (question) => question.unattended ?? 'back',
    },
    signal,
  );
  await launched.stopFollowing();
  if (launched.by !== 'reused') {
    io.say(`${launched.name} is ready after ${formatDuration(launched.readyMs)}.`);
  }
  const info = await docker.getContainer(launched.id).inspect();
  return {
    url: launched.url,
    built: await builtFor(info, io),
    memoryLimitBytes: info.HostConfig.Memory || null,
    killed: () => killedForMemory(docker, launched.id),
  };
}

const builtSchema = z.object({
  variant: z.enum(variants).optional().catch(undefined),
  textEncoder: z.enum(textEncoders).optional().catch(undefined),
  attention: z.enum(attentions).optional().catch(undefined),
  blockSwap: z.int().min(0).max(40).optional().catch(undefined),
});

/** From the run that made the container; what was built counts, also where it was not what was asked. */
async function builtFor(info: Docker.ContainerInspectInfo, io: Io): Promise<WantedModels> {
  const digest = info.Config.Labels[labels.plan];
  for (const { dir, live } of await knownRuns(places(io.env, io.home).runs)) {
    const result = live ? null : await readResult(dir);
    if (result && digest && result.planDigest === digest) return builtSchema.parse(result.built);
  }
  return {};
}
