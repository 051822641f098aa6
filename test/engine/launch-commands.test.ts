import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Io } from '../../src/commands/io.ts';
import { open } from '../../src/commands/open.ts';
import { start } from '../../src/commands/start.ts';
import { stop } from '../../src/commands/stop.ts';
import { openSchema, startSchema, stopSchema } from '../../src/contract/status.ts';
import { containerSpec } from '../../src/launch/container-spec.ts';
import { findNamed } from '../../src/launch/named-container.ts';
import { processStartedAt, writeRunRecord } from '../../src/runner/run-record.ts';
import { describeWithEngine } from './engine.ts';
import { testDocker, tinyImage } from './images.ts';
import { freePortNow, LaunchWorld, listenSomewhere, PROGRAM } from './launch-world.ts';

describeWithEngine('start, stop and open', () => {
  const docker = testDocker();
  let image = '';
  let world: LaunchWorld;
  let io: Io & { printed: string[]; said: string[] };
  beforeAll(async () => {
    image = (await tinyImage(docker, PROGRAM)).ref;
  });
  beforeEach(async () => {
    world = await LaunchWorld.make(docker, image);
    const printed: string[] = [];
    const said: string[] = [];
    io = {
      env: { DOCKER_HOST: process.env.DOCKER_HOST, STEADYDANCER_HOME: world.folder },
      cwd: world.folder,
      home: world.folder,
      interactive: false,
      out: (line) => void printed.push(line),
      say: (line) => void said.push(line),
      printed,
      said,
    };
  });
  afterEach(() => world.clear());

  /** The one document that was printed, which is alone on stdout. */
  const document = () => {
    expect(io.printed).toHaveLength(1);
    return JSON.parse(io.printed.splice(0)[0] ?? '');
  };

  it('stops, starts and opens one container again and again', async () => {
    const options = { profile: world.profile, json: true };
    const launched = await world.launch('serve', { port: await freePortNow() });
    await launched.stopFollowing();
    const container = { id: launched.id, name: launched.name };
    expect(await open(options, io)).toBe(0);
    expect(openSchema.parse(document())).toEqual({
      v: 1,
      ok: true,
      url: launched.url,
      opened: false,
    });
    expect(await stop(options, io)).toBe(0);
    expect(stopSchema.parse(document())).toEqual({ v: 1, ok: true, stopped: [container] });
    expect((await docker.getContainer(launched.id).inspect()).State.Running).toBe(false);
    expect(await stop(options, io)).toBe(0);
    expect(stopSchema.parse(document()).stopped).toEqual([]);
    expect(await start(options, io)).toBe(0);
    expect(startSchema.parse(document())).toEqual({ v: 1, ok: true, url: launched.url, container });
    expect((await fetch(`${launched.url}/system_stats`)).status).toBe(200);
    expect(await start({ profile: world.profile }, io)).toBe(0);
    expect(io.printed.splice(0)).toEqual([launched.url]);
  });

  it('starts it on the next port when its own was taken meanwhile', async () => {
    const taken = await listenSomewhere();
    try {
      const spec = containerSpec({ ...world.spec('serve'), port: taken.port });
      const before = await docker.createContainer(spec);
      expect(await start({ profile: world.profile, json: true }, io)).toBe(0);
      const { url, container } = startSchema.parse(document());
      expect(url).toBe(`http://127.0.0.1:${taken.port + 1}`);
      expect(container?.id).not.toBe(before.id);
      expect(io.said.join()).toContain(`Port ${taken.port + 1} is used instead.`);
      const again = await findNamed(docker, world.name);
      expect(again?.Config.User).toBe(spec.User);
      expect(again?.HostConfig.CapDrop).toEqual(['ALL']);
      expect(again?.HostConfig.ReadonlyRootfs).toBe(true);
    } finally {
      await taken.close();
    }
  });

  it('prints the line for an ssh session', async () => {
    const port = await freePortNow();
    await (await world.launch('serve', { port })).stopFollowing();
    io.env.SSH_CONNECTION = '10.0.0.7 50022 10.0.0.2 22';
    expect(await open({ profile: world.profile }, io)).toBe(0);
    expect(io.printed[0]).toMatch(new RegExp(`^ssh -L ${port}:127\\.0\\.0\\.1:${port} \\S+@\\S+$`));
    expect(io.printed[1]).toBe(`http://127.0.0.1:${port}`);
  });

  it('says what to do when there is nothing', async () => {
    const options = { profile: world.profile, json: true };
    await expect(start(options, io)).rejects.toMatchObject({ code: 'container-missing' });
    expect(startSchema.parse(document()).ok).toBe(false);
    await expect(open(options, io)).rejects.toMatchObject({ code: 'container-missing' });
    expect(openSchema.parse(document()).ok).toBe(false);
  });

  it('does not pull the container from under a run that goes on', async () => {
    const dir = join(world.folder, 'runs', 'r1');
    await mkdir(dir, { recursive: true });
    await writeRunRecord(dir, {
      id: 'r1',
      pid: process.pid,
      pidStartedAt: processStartedAt(process.pid),
      startedAt: new Date().toISOString(),
      profile: world.profile,
      recipe: 'rehearsal',
      planDigest: null,
      choices: {},
    });
    await expect(stop({ profile: world.profile }, io)).rejects.toMatchObject({
      code: 'run-already-running',
      details: { fixes: [{ command: 'steadydancer stop --run' }, expect.anything()] },
    });
  });

  it('names an engine that is not there', async () => {
    io.env.DOCKER_HOST = `unix://${join(world.folder, 'none.sock')}`;
    await expect(stop({ profile: world.profile }, io)).rejects.toMatchObject({
      code: expect.stringMatching(/^engine-/),
    });
  });
});
