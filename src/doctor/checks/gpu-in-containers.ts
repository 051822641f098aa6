import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sudo } from '../../machine/engine-fixes.ts';
import { toolkitFixes } from '../../machine/gpu-container-problem.ts';
import { gpuWay } from '../../machine/gpu-request.ts';
import { type Check, fail, ok, skip, warn } from '../types.ts';

/** Whether containers get the GPU, by what the engine says of itself; a run proves it. */
export const gpuInContainersChecks: readonly Check[] = [
  {
    id: 'gpu-in-containers',
    title: 'Containers',
    group: 'gpu',
    look: ({ machine: { engine, gpu, host } }) => {
      if (engine.state !== 'ready' || gpu.state !== 'ready') return skip('needs Docker and a GPU');
      const way = gpuWay(engine);
      if (way === 'cdi') return ok('get the GPU by CDI; a run proves it with a test container');
      if (way === 'runtime') return ok('get the GPU by the nvidia runtime; a run proves it');
      if (engine.desktop && host.wslDistro !== null) {
        return ok('Docker Desktop hands out the GPU itself; a run proves it');
      }
      if (engine.desktop) return fail('Docker Desktop hands out no GPU on this system');
      if (engine.podman)
        return warn('Podman may start containers without the GPU; a run proves it');
      const [fix] = toolkitFixes(host, engine);
      return warn("the engine lists no GPU: NVIDIA's container toolkit seems to be missing", fix);
    },
  },
  {
    id: 'gpu-list-age',
    title: 'List of GPUs (CDI)',
    group: 'gpu',
    look: async ({ machine: { engine, gpu, host } }) => {
      if (engine.state !== 'ready' || gpu.state !== 'ready') return skip('needs Docker and a GPU');
      if (engine.endpoint.remote || engine.cdiSpecDirs.length === 0) return skip('not in use');
      const files = engine.cdiSpecDirs.map((dir) => join(dir, 'nvidia.yaml'));
      const texts = await Promise.all(files.map((file) => readFile(file, 'utf8').catch(() => '')));
      const at = texts.findIndex((text) => text !== '');
      if (at < 0) return skip('no nvidia.yaml');
      const made = /libcuda\.so\.(\d+\.\d+(?:\.\d+)?)/.exec(texts[at] ?? '')?.[1];
      if (!made) return skip(`${files[at]} names no driver`);
      if (host.wslDistro !== null || made === gpu.driver) return ok(`made for driver ${made}`);
      return warn(`${files[at]} was made for driver ${made}; ${gpu.driver} is here now`, {
        label: 'Write the list again',
        command: `${sudo(host)}nvidia-ctk cdi generate --output=${files[at]}`,
        applies: 'write-cdi-list',
      });
    },
  },
];
