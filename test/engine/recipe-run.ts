import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type Dockerode from 'dockerode';
import { fetch } from 'undici';
import { expect } from 'vitest';
import { createComfyClient } from '../../src/comfyui/client.ts';
import { parseGraph } from '../../src/comfyui/graph.ts';
import {
  type BuiltChoices,
  SHOWN_FRAMES_NODE,
  steadydancerSmoke,
} from '../../src/comfyui/graphs/smoke.ts';
import { runSmoke } from '../../src/comfyui/smoke/run.ts';
import type { ResolvedChoices } from '../../src/contract/choices.ts';
import { containerSpec } from '../../src/launch/container-spec.ts';
import { systemClock } from '../../src/ports/clock.ts';
import { modelFile, models } from '../../src/recipe/models.ts';
import type { RecipeWorld } from '../world/recipe/world.ts';
import { ENGINE, HOST } from './launch-world.ts';
import { freePort } from './program.ts';

const workflows = join(import.meta.dirname, '../../docker/workflows');

export interface RecipeRun {
  docker: Dockerode;
  tag: string;
  world: RecipeWorld;
  /** The models of the image itself, and no folder over them. */
  baked?: boolean;
  env?: Record<string, string>;
  /** The graph is made for these choices; the shipped one without. */
  choices?: BuiltChoices;
  /** Host where the engine publishes ports. */
  host?: string;
  /** Done while it runs. */
  inside?: (run: (command: string[]) => Promise<string>) => Promise<void>;
}

/** The container as the wizard makes it, started for a uid without a name, to a test video. */
export async function passesSmoke(given: RecipeRun): Promise<void> {
  const { docker, tag, world } = given;
  const port = await freePort();
  const mount = (source: string, target: string) => {
    mkdirSync(source, { recursive: true, mode: 0o777 });
    return { kind: 'folder' as const, source, target, readOnly: false };
  };
  const folder = () => world.models(models().map(modelFile));
  const choices: Pick<ResolvedChoices, 'recipe'> = { recipe: 'steadydancer' };
  const spec = containerSpec({
    choices,
    imageRef: tag,
    profile: `recipe-test-${process.pid}`,
    runId: 'r',
    planDigest: 'd',
    role: 'comfyui',
    host: HOST,
    engine: ENGINE,
    gpu: null,
    port,
    listen: given.host ?? '127.0.0.1',
    mounts: given.baked ? [] : [mount(folder(), '/opt/ComfyUI/models')],
    env: { COMFYUI_ARGS: '--cpu', ...given.env },
  });
  const container = await docker.createContainer(spec);
  try {
    await container.start();
    const url = `http://${given.host ?? '127.0.0.1'}:${port}`;
    const up = () =>
      fetch(`${url}/system_stats`).then(
        ({ status }) => status,
        () => 0,
      );
    await expect.poll(up, { timeout: 60_000 }).toBe(200);
    const file = join(workflows, 'steadydancer-smoke.api.json');
    const client = createComfyClient({ url });
    const signal = new AbortController().signal;
    const graph = given.choices
      ? (await steadydancerSmoke(given.choices, client, signal)).graph
      : parseGraph(readFileSync(file, 'utf8'), file);
    // The stand-in renders films, no single pictures.
    delete graph[SHOWN_FRAMES_NODE];
    const outcome = await runSmoke({
      client,
      graph,
      gpuExpected: { kind: 'none' },
      fileExpected: { width: 256, height: 448, frames: 17 },
      outDir: join(world.folder, 'outputs'),
      emit: () => undefined,
      signal,
      clock: systemClock,
    });
    expect(outcome.failure?.message ?? null).toBeNull();
    const levels = outcome.levels.map(({ status }) => status);
    expect(levels).toEqual(['ok', 'skip', 'ok', 'ok', 'ok', 'ok', 'ok']);
    await given.inside?.((command) => inContainer(container, command));
  } finally {
    await container.remove({ force: true });
  }
}

/** Runs a program in the container; throws with its output when it fails. */
async function inContainer(container: Dockerode.Container, command: string[]): Promise<string> {
  const exec = await container.exec({
    Cmd: command,
    AttachStdout: true,
    AttachStderr: true,
    Tty: true,
  });
  const stream = await exec.start({ Tty: true });
  let said = '';
  for await (const chunk of stream) said += chunk.toString();
  const { ExitCode } = await exec.inspect();
  if (ExitCode !== 0) throw new Error(`${command.join(' ')}: ${said}`);
  return said.replaceAll('\r', '');
}
