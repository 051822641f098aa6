import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import type { Clock } from '../../ports/clock.ts';
import type { ComfyClient } from '../client.ts';
import type { Graph } from '../graph.ts';
import { FRAME_RATE } from '../graphs/frames.ts';
import { rehearsalDanceGraph } from '../graphs/rehearsal.ts';
import { poseGraph, steadydancerGraph } from '../graphs/steadydancer.ts';
import type { DanceGraphInput } from '../graphs/types.ts';
import { type RunGraphOptions, runGraph } from '../run-graph.ts';
import type { ProgressWords } from '../smoke/progress.ts';
import type { Film } from './film.ts';
import { checkPoses } from './pose-check.ts';
import { danceProgress } from './progress.ts';
import { type SavedFilm, saveFilm } from './save.ts';
import type { ServerModels } from './server-models.ts';
import type { Clip, Photo } from './sources.ts';
import { uploadSource } from './upload.ts';

/** What a server can render with: its models, or the rehearsal's figure. */
export type Dancer = { kind: 'rehearsal' } | { kind: 'steadydancer'; models: ServerModels };

export interface Dance {
  photo: Photo;
  clip: Clip;
  film: Film;
  /** The clip shows a skeleton on black already. */
  drawn: boolean;
  prompt: string;
  steps: number;
  seed: number;
  /** Path that the film is to get; a number is added where it is taken. */
  wanted: string;
}

export interface DancePorts {
  client: ComfyClient;
  clock: Clock;
  /** Words for a person; with `value` and `max` while something advances. */
  say(words: ProgressWords): void;
  onSubmitted?(promptId: string): void;
}

export interface Danced {
  promptId: string;
  film: SavedFilm;
  renderMs: number;
  /** Milliseconds of one sampling step; null where the server did not tell its steps. */
  stepMs: number | null;
}

/**
 * One dance from upload to saved film; the same way for the rehearsal. What ends it early takes it off
 * the server. Throws a Failure or the signal's reason.
 */
export async function renderDance(
  dance: Dance,
  dancer: Dancer,
  ports: DancePorts,
  signal: AbortSignal,
): Promise<Danced> {
  const { client, clock, say } = ports;
  say({ text: `Sending ${basename(dance.photo.path)} and ${basename(dance.clip.path)}.` });
  const photo = await uploadSource(client, dance.photo.path, signal);
  const clip = await uploadSource(client, dance.clip.path, signal);
  const names = { photo, clip };
  const run = { client, clock, signal, clientId: randomUUID() };
  if (dancer.kind === 'steadydancer') await lookForPoses(dance, dancer.models, names, ports, run);
  const graph = danceGraph(dance, dancer, names);
  const progress = danceProgress(graph, clock);
  const started = clock.monotonicMs();
  const { promptId, history } = await runGraph({
    ...run,
    graph,
    what: 'the dance',
    ...(ports.onSubmitted ? { onSubmitted: ports.onSubmitted } : {}),
    onMessage: (message, id) => {
      const words = progress.words(message, id);
      if (words) say(words);
    },
  });
  const renderMs = clock.monotonicMs() - started;
  const film = await saveFilm({ client, history, wanted: dance.wanted }, signal);
  return { promptId, film, renderMs, stepMs: progress.stepMs() };
}

async function lookForPoses(
  dance: Dance,
  models: ServerModels,
  names: { photo: string; clip: string },
  { say }: DancePorts,
  run: Pick<RunGraphOptions, 'client' | 'clock' | 'signal' | 'clientId'>,
): Promise<void> {
  const graph = poseGraph(graphInput(dance, models, names));
  if (!graph) return;
  say({ text: 'Looking for the poses.' });
  await checkPoses({ ...run, graph }, { photo: dance.photo.path, clip: dance.clip.path });
}

/** The graph that a dance is rendered with. */
export function danceGraph(
  dance: Dance,
  dancer: Dancer,
  names: { photo: string; clip: string },
): Graph {
  switch (dancer.kind) {
    case 'rehearsal':
      return rehearsalDanceGraph({ ...common(dance, names), filePrefix: 'rehearsal_dance' });
    case 'steadydancer':
      return steadydancerGraph(graphInput(dance, dancer.models, names));
    default:
      return dancer satisfies never;
  }
}

function common({ film, seed }: Dance, names: { photo: string; clip: string }) {
  const { width, height, frames } = film;
  return { ...names, width, height, frames, seed, readRate: FRAME_RATE };
}

function graphInput(
  dance: Dance,
  { settings, pose, detectors }: ServerModels,
  names: { photo: string; clip: string },
): DanceGraphInput {
  return {
    ...common(dance, names),
    models: settings,
    pose: dance.drawn || pose === null ? 'drawn' : pose,
    detectors,
    prompt: dance.prompt,
    steps: dance.steps,
    sound: dance.clip.hasSound === true,
    filePrefix: 'steadydancer_dance',
  };
}
