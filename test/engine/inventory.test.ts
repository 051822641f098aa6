import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { labels } from '../../src/contract/ids.ts';
import { inventory } from '../../src/machine/inventory.ts';
import { endsWithResult } from '../../src/runner/journal-end.ts';
import { processStartedAt, writeRunRecord } from '../../src/runner/run-record.ts';
import { describeWithEngine } from './engine.ts';
import { testDocker, tinyImage } from './images.ts';

let runsDir = '';
beforeEach(async () => {
  runsDir = await mkdtemp(join(tmpdir(), 'sd-inventory-'));
});
afterEach(() => rm(runsDir, { recursive: true, force: true }));

async function leaveRun(id: string, pid: number, startedAt: string | null, journal: string) {
  const dir = join(runsDir, id);
  await mkdir(dir);
  await writeRunRecord(dir, {
    id,
    pid,
    pidStartedAt: startedAt,
    startedAt: '2026-11-24T12:00:00.000Z',
    profile: null,
    recipe: 'rehearsal',
    planDigest: null,
    choices: {},
  });
  await writeFile(join(dir, 'events.ndjson'), journal);
}

const note = '{"v":1,"at":"2026-11-24T12:00:00.000Z","type":"note","level":"info","text":"x"}\n';
const result = '{"v":1,"at":"2026-11-24T12:00:00.000Z","type":"result","ok":true}\n';

describe('inventory of runs', () => {
  const stateOf = async () => {
    const { runs } = await inventory({ docker: null, runsDir });
    return Object.fromEntries(runs.map(({ id, state }) => [id, state]));
  };

  it('tells a run that goes on from one that ended, was killed, or whose number is another', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    const pid = child.pid ?? 0;
    const started = processStartedAt(pid);
    await leaveRun('live', pid, started, note);
    await leaveRun('other-process', pid, '1', note);
    await leaveRun('finished', pid, started, note + result);
    await leaveRun('half-result', pid, '1', note + result.slice(0, -1));
    await mkdir(join(runsDir, 'not-a-run'));
    const dead = process.platform === 'linux' ? 'dead' : 'running';
    expect(await stateOf()).toEqual({
      live: 'running',
      'other-process': dead,
      finished: 'finished',
      'half-result': dead,
    });
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await stateOf()).toMatchObject({ live: 'dead', finished: 'finished' });
  });

  it('is empty where no run has been', async () => {
    const none = join(runsDir, 'none');
    expect((await inventory({ docker: null, runsDir: none })).runs).toEqual([]);
  });

  it('finds a result that is longer than what is read at once', async () => {
    const file = join(runsDir, 'journal');
    const long = `${JSON.stringify({ type: 'result', summary: 'x'.repeat(200_000) })}\n`;
    await writeFile(file, note + long);
    expect(await endsWithResult(file)).toBe(true);
    await writeFile(file, long + note);
    expect(await endsWithResult(file)).toBe(false);
    await writeFile(file, '');
    expect(await endsWithResult(file)).toBe(false);
  });
});

describeWithEngine('inventory of an engine', () => {
  const docker = testDocker();

  it('finds ours by label and nothing else', async () => {
    const mark = `test-${runsDir.slice(-6).toLowerCase()}`;
    const image = await tinyImage(docker, 'setInterval(() => {}, 1000);', { [labels.plan]: mark });
    const own = { [labels.role]: 'rehearsal', [labels.profile]: mark, [labels.run]: 'r' };
    const ours = await docker.createContainer({
      name: `steadydancer-${mark}`,
      Image: image.ref,
      Labels: { ...own, [labels.plan]: mark },
      ExposedPorts: { '8188/tcp': {} },
      HostConfig: { PortBindings: { '8188/tcp': [{ HostIp: '127.0.0.1', HostPort: '0' }] } },
    });
    const foreign = await docker.createContainer({
      name: `steadydancer-${mark}-foreign`,
      Image: image.ref,
    });
    await docker.createVolume({ Name: `${mark}-models`, Labels: own });
    try {
      await ours.start();
      const found = await inventory({ docker, runsDir });
      const container = found.containers.find(({ id }) => id === ours.id);
      expect(container).toMatchObject({
        name: `steadydancer-${mark}`,
        state: 'running',
        run: 'r',
        plan: mark,
        profile: mark,
        role: 'rehearsal',
        ports: [{ host: '127.0.0.1', hostPort: expect.any(Number), containerPort: 8188 }],
      });
      expect(container?.imageId).toBe(image.id);
      expect(found.containers.some(({ id }) => id === foreign.id)).toBe(false);
      const kept = found.images.find(({ plan }) => plan === mark);
      expect(kept?.refs).toEqual([image.ref]);
      expect(kept?.bytes).toBeGreaterThan(50e6);
      expect(found.volumes).toContainEqual({ name: `${mark}-models`, profile: mark });
    } finally {
      await ours.remove({ force: true });
      await foreign.remove({ force: true });
      await docker.getVolume(`${mark}-models`).remove();
      await docker.getImage(image.ref).remove();
    }
  });
});
