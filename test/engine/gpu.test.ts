// On a machine with an NVIDIA GPU whose engine hands it out: what a container sees of it.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { afterAll, expect, it } from 'vitest';
import { createComfyClient } from '../../src/comfyui/client.ts';
import { proveGpuInContainer } from '../../src/machine/gpu-container.ts';
import { gpuWay } from '../../src/machine/gpu-request.ts';
import { observe } from '../../src/machine/observe.ts';
import { connectDocker, resolveEndpoint } from '../../src/ports/docker.ts';
import { describeWithEngine } from './engine.ts';
import { freePort, ofType, Program } from './program.ts';

const QUERY = ['--query-gpu=name,memory.total', '--format=csv,noheader,nounits'];
/** Name and MiB of each GPU as the driver's own program tells them. */
const bySmi = (spawnSync('nvidia-smi', QUERY, { encoding: 'utf8' }).stdout ?? '')
  .split('\n')
  .map((line) => /^(.+), (\d+)$/.exec(line.trim()))
  .flatMap((match) => (match ? [{ name: match[1] ?? '', mib: Number(match[2]) }] : []));
const title =
  bySmi.length > 0
    ? 'a GPU in a container'
    : 'a GPU in a container (skipped: nvidia-smi lists none)';

describeWithEngine(title, () => {
  const program = new Program();
  afterAll(async () => {
    await program.call(['stop']);
    rmSync(program.home, { recursive: true, force: true });
  });

  it.skipIf(bySmi.length === 0)(
    'is the one of nvidia-smi, by name and memory',
    async ({ skip }) => {
      const { engine, gpu, host } = await observe({ env: process.env });
      if (engine.state !== 'ready') throw new Error(engine.sentence);
      if (gpuWay(engine) === 'device-request')
        skip('the engine lists no nvidia runtime and no CDI');
      if (gpu.state !== 'ready') throw new Error(`the GPU is ${gpu.state}`);
      expect(gpu.gpus.map(({ name, memoryTotalBytes }) => ({ name, memoryTotalBytes }))).toEqual(
        bySmi.map(({ name, mib }) => ({ name, memoryTotalBytes: mib * 2 ** 20 })),
      );

      const port = await freePort();
      const { result, events } = await program.run([
        ...['--profile', 'rehearsal', '--set', `port=${port}`, '--yes'],
      ]);
      expect(result.ok, result.summary).toBe(true);
      expect(ofType(events, 'fallback')).toEqual([]);
      const level = result.smoke.find(({ id }) => id === 'gpu');
      expect(level).toMatchObject({ status: 'ok' });
      expect(
        bySmi.some(({ name }) => level?.detail.includes(name)),
        level?.detail,
      ).toBe(true);

      const client = createComfyClient({ url: result.url ?? '' });
      const { devices } = await client.systemStats();
      await client.close();
      for (const device of devices) {
        const same = bySmi.find(({ name }) => device.name.includes(name));
        expect(device.vram_total).toBe((same?.mib ?? 0) * 2 ** 20);
      }

      // The image of the rehearsal, and the throw-away container that a plan with a GPU begins with.
      const docker = await connectDocker(await resolveEndpoint(process.env, program.home));
      const image = result.image?.id ?? '';
      const proof = await proveGpuInContainer({ docker, engine, host, image, gpu: 'all' });
      expect(proof).toMatchObject({ state: 'seen', gpus: bySmi.map(({ name }) => name) });
    },
  );
});
