import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type Dockerode from 'dockerode';
import { fetch } from 'undici';
import { expect } from 'vitest';
import { createComfyClient } from '../../src/comfyui/client.ts';
import { parseGraph } from '../../src/comfyui/graph.ts';
import { runSmoke } from '../../src/comfyui/smoke/run.ts';
import { containerSpec } from '../../src/launch/container-spec.ts';
import { systemClock } from '../../src/ports/clock.ts';
import { modelFile, models } from '../../src/recipe/models.ts';
import { ENGINE, HOST } from '../engine/launch-world.ts';
import { freePort } from '../engine/program.ts';
import { differences } from './recorded-inputs.ts';

/** Recorded from later sources, with a remark; the pinned commits do not have them. */
const NEWER = new Set([
  ...['CreateVideo.bit_depth', 'CreateVideo.color_space', 'CreateVideo.codec', 'LoadVideo.edit'],
]);
const graphs = ['steadydancer-smoke.api.json', 'steadydancer-dance.api.json'];

/**
 * The container as the wizard makes it, on the processor, up to where weights are needed: it
 * starts for a uid without a name, its nodes have the inputs that were recorded, and it takes both
 * workflows. `scratch`: a folder for models that are none.
 */
export async function takesTheWorkflows(
  docker: Dockerode,
  tag: string,
  scratch: string,
): Promise<void> {
  const at = join(scratch, 'models-for-run');
  for (const path of models().map(modelFile)) {
    mkdirSync(dirname(join(at, path)), { recursive: true });
    writeFileSync(join(at, path), 'weights');
  }
  const port = await freePort();
  const spec = containerSpec({
    choices: { recipe: 'steadydancer' },
    imageRef: tag,
    profile: `real-recipe-${process.pid}`,
    ...{ runId: 'r', planDigest: 'd', role: 'comfyui', host: HOST, engine: ENGINE, gpu: null },
    ...{ port, listen: '127.0.0.1', env: { COMFYUI_ARGS: '--cpu' } },
    mounts: [{ kind: 'folder', source: at, target: '/opt/ComfyUI/models', readOnly: false }],
  });
  const container = await docker.createContainer(spec);
  try {
    await container.start();
    const url = `http://127.0.0.1:${port}`;
    const up = () =>
      fetch(`${url}/system_stats`).then(
        ({ status }) => status,
        () => 0,
      );
    await expect.poll(up, { timeout: 300_000, interval: 500 }).toBe(200);
    const answer = await fetch(`${url}/object_info`);
    expect(differences(await answer.json(), NEWER)).toEqual([]);
    for (const name of graphs) {
      const file = join(import.meta.dirname, '../../docker/workflows', name);
      const outcome = await runSmoke({
        client: createComfyClient({ url }),
        graph: parseGraph(readFileSync(file, 'utf8'), file),
        levels: ['reachable', 'nodes', 'models', 'workflow'],
        gpuExpected: { kind: 'none' },
        outDir: join(scratch, 'outputs'),
        emit: () => undefined,
        signal: new AbortController().signal,
        clock: systemClock,
      });
      expect(outcome.failure?.message ?? null).toBeNull();
      expect(outcome.levels.map(({ status }) => status)).toEqual(['ok', 'ok', 'ok', 'ok']);
    }
  } finally {
    await container.remove({ force: true });
  }
}
