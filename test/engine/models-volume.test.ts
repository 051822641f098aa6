import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import type { EventBody } from '../../src/contract/events.ts';
import { runSidecar } from '../../src/models/sidecar/container.ts';
import { sidecarSpec } from '../../src/models/sidecar/container-spec.ts';
import { SIDECAR_FOLDER } from '../../src/models/sidecar/protocol.ts';
import { Valve } from '../../src/models/valve.ts';
import { type HubOptions, hubFile } from '../world/hub/hub.ts';
import { startProxy } from '../world/hub/proxy.ts';
import { hubWith, REPO, wantedOf } from '../world/hub/pulling.ts';
import { bytesOf } from '../world/hub/random.ts';
import { testDocker } from './build-folder.ts';
import { describeWithEngine } from './engine.ts';
import { HOST } from './launch-world.ts';
import { ModelsWorld } from './models-world.ts';
import { inVolume } from './volume-look.ts';

const docker = testDocker();
const file = hubFile(REPO, 'vae/x.bin', bytesOf(21, 6_000_000));
const TOKEN = 'hf_not_for_everybody';
let world: ModelsWorld;

async function hubOf(options: Partial<HubOptions> = {}) {
  return hubWith({ files: [file], ...options });
}

function asking(url: string, emit: (event: EventBody) => void = () => undefined) {
  return {
    models: [wantedOf(file)],
    access: { endpoint: url, token: TOKEN, tokenToMirror: false },
    env: {},
    authorities: [],
    emit,
    limits: { leastPartBytes: 64 * 1024, backoffMs: 1, backoffMaxMs: 8 },
  };
}

/** The file, its owner and rights, as another container sees them. */
const look = (name: string) => inVolume(docker, name, file.path);

describeWithEngine('models in a volume', () => {
  beforeAll(async () => {
    world = await ModelsWorld.make(docker);
  });
  afterAll(() => world.close());

  it('are fetched by a container as the person, with the events of a folder, and found again', async () => {
    const hub = await hubOf();
    const name = world.volumeName();
    const volume = world.volume(name);
    const events: EventBody[] = [];
    expect((await volume.verify([wantedOf(file)], false, () => undefined))[0]?.state).toBe(
      'missing',
    );
    const report = await volume.pull(asking(hub.url, (event) => events.push(event)));
    expect(report.failure).toBeNull();
    expect(report.files[0]).toMatchObject({
      state: 'done',
      sha256: file.sha256,
      path: `${name}:vae/x.bin`,
    });
    const states = events.map((event) => event.type === 'model' && event.state);
    expect([...new Set(states)]).toEqual([
      ...['waiting', 'resolving', 'downloading', 'verifying', 'done'],
    ]);
    expect(await look(name)).toMatchObject({ sha256: file.sha256, uid: HOST.uid, mode: '644' });
    const asked = hub.requests.length;
    expect((await volume.pull(asking(hub.url))).files[0]?.state).toBe('present');
    expect(hub.requests.length).toBe(asked);
    const verified = await volume.verify([wantedOf(file)], true, () => undefined);
    expect(verified[0]).toMatchObject({ state: 'present', sha256: file.sha256 });
    const list = await volume.removable([file.path]);
    expect(list[0]?.bytes).toBeGreaterThan(5_900_000);
    await volume.remove([file.path]);
    expect(await volume.removable([file.path])).toEqual([]);
  });

  it('show their token to nobody who looks at the container, and send it to no mirror unasked', async () => {
    const hub = await hubOf({ bytesPerSecond: 1_000_000 });
    const name = world.volumeName();
    const seen: string[] = [];
    const looked: Promise<void>[] = [];
    const report = await world.volume(name).pull(
      asking(hub.url, (event) => {
        if (event.type !== 'model' || event.state !== 'downloading' || looked.length > 0) return;
        const container = docker.getContainer(`${name}-sidecar`);
        looked.push(
          Promise.all([container.inspect(), container.top()]).then((facts) => {
            seen.push(JSON.stringify(facts));
          }),
        );
      }),
    );
    await Promise.all(looked);
    expect(report.failure).toBeNull();
    expect(seen[0]).toContain('/app/sidecar.js');
    expect(seen[0]).not.toContain(TOKEN);
    expect(hub.requests.every(({ authorization }) => authorization === null)).toBe(true);
  });

  it('go on from where a killed container was, without its lock being waited for', async () => {
    const hub = await hubOf({ bytesPerSecond: 400_000 });
    const name = world.volumeName();
    let killed = false;
    const first = world.volume(name).pull(
      asking(hub.url, (event) => {
        if (event.type !== 'model' || event.bytes < 2_500_000 || killed) return;
        killed = true;
        void docker.getContainer(`${name}-sidecar`).kill();
      }),
    );
    await expect(first).rejects.toMatchObject({ code: 'models-sidecar-died' });
    const fast = await hubOf();
    const began = performance.now();
    const second = await world.volume(name).pull(asking(fast.url));
    expect(second.failure).toBeNull();
    expect(performance.now() - began).toBeLessThan(30_000);
    expect(fast.sentBytes()).toBeLessThan(file.size);
    expect((await look(name)).sha256).toBe(file.sha256);
  });

  it('stop at once, keep what came, and pause and go on by word', async () => {
    const hub = await hubOf({ bytesPerSecond: 300_000 });
    const name = world.volumeName();
    const stop = new AbortController();
    const reason = new Error('enough');
    const valve = new Valve();
    const states: string[] = [];
    const pulling = world.volume(name, { signal: stop.signal }).pull({
      ...asking(hub.url, (event) => {
        if (event.type !== 'model') return;
        const before = states.at(-1);
        states.push(event.state);
        if (event.state === 'paused') valve.resume();
        else if (event.bytes === 0) return;
        else if (!states.includes('paused')) valve.pause();
        else if (before === 'downloading') stop.abort(reason);
      }),
      valve,
    });
    await expect(pulling).rejects.toBe(reason);
    expect(states).toContain('paused');
    const left = await docker.listContainers({ all: true, filters: { name: [`${name}-sidecar`] } });
    expect(left).toEqual([]);
    const kept = await inVolume(docker, name, `${file.path}.part`);
    expect(kept.size).toBe(file.size);
    const fast = await hubOf();
    expect((await world.volume(name).pull(asking(fast.url))).failure).toBeNull();
    expect(fast.sentBytes()).toBeLessThan(file.size);
  });

  it('are fetched once when two ask at the same time', async () => {
    const hub = await hubOf({ bytesPerSecond: 1_500_000 });
    const name = world.volumeName();
    const reports = await Promise.all([1, 2].map(() => world.volume(name).pull(asking(hub.url))));
    const states = reports.map(({ files }) => files[0]?.state);
    expect(states.sort()).toEqual(['done', 'present']);
    expect(hub.sentBytes()).toBeLessThan(1.2 * file.size);
  });

  it('come through the proxy that is named, and a failure has its name and the volume’s', async () => {
    const hub = await hubOf();
    const proxy = await startProxy();
    onTestFinished(() => proxy.close());
    const name = world.volumeName();
    const asked = asking(hub.url);
    const report = await world.volume(name).pull({ ...asked, env: { HTTP_PROXY: proxy.url } });
    expect(report.failure).toBeNull();
    expect(proxy.seen.length).toBeGreaterThan(0);
    const gone = wantedOf({ ...file, path: 'gone.bin' });
    const failed = await world.volume(name).pull({ ...asked, models: [gone] });
    expect(failed.failure).toMatchObject({ code: 'models-not-found' });
  });

  it('reach a volume that belonged to somebody else', async () => {
    const hub = await hubOf();
    const name = world.volumeName();
    await docker.createVolume({ Name: name });
    await inVolume(docker, name, '.', 'chown 0:0 and chmod 755');
    const report = await world.volume(name).pull(asking(hub.url));
    expect(report.failure).toBeNull();
    expect((await look(name)).uid).toBe(HOST.uid);
  });

  it('end with whoever gave the order: a connection that is cut stops the container', async () => {
    const hub = await hubOf({ bytesPerSecond: 100_000 });
    const name = world.volumeName();
    const { docker: engine, ...rest } = world.sidecar();
    const spec = sidecarSpec({
      ...{ name: `${name}-sidecar`, imageId: rest.imageId, runId: rest.runId, host: HOST },
      mounts: [{ kind: 'volume', source: name, target: SIDECAR_FOLDER, readOnly: false }],
      network: 'host',
      engine: rest.engine,
    });
    const container = await engine.createContainer(spec);
    onTestFinished(() => container.remove({ force: true }).catch(() => undefined));
    const stream = await container.attach({
      ...{ stream: true, stdin: true, stdout: true, hijack: true },
    });
    await container.start();
    const { models, access } = asking(hub.url);
    const order = { kind: 'pull', models, access, limits: {}, replace: false };
    stream.write(`${JSON.stringify({ ...order, proxies: {}, authorities: [] })}\n`);
    await new Promise<void>((resolve) => stream.once('data', () => resolve()));
    (stream as unknown as { destroy(): void }).destroy();
    const { StatusCode } = await container.wait();
    expect(StatusCode).toBe(0);
  });

  it('say which word ended them when the order makes no sense', async () => {
    const name = world.volumeName();
    const { engine, host, imageId, runId } = world.sidecar();
    const spec = sidecarSpec({
      ...{ name: `${name}-sidecar`, imageId, runId, host, engine },
      mounts: [{ kind: 'volume', source: name, target: SIDECAR_FOLDER, readOnly: false }],
      network: 'host',
    });
    const word = await runSidecar({ spec, order: { kind: 'dance' } as never }, world.sidecar());
    expect(word).toMatchObject({ kind: 'bug' });
  });
});
