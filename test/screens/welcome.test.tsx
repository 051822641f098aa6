import { describe, expect, test } from 'vitest';
import type { FirstSight } from '../../screens/deps.ts';
import type { Inventory, InventoryContainer } from '../../src/machine/types.ts';
import type { LastRun } from '../../src/runner/last-run.ts';
import { machine } from '../unit/recipe/machines.ts';
import { keys, noneLeft, plannedWorld, rtx4090 } from './planned-world.tsx';
import { drawn, world } from './world.tsx';

const last = (changes: Partial<LastRun>): LastRun => ({
  id: '20261123-140000-7f3a',
  profile: 'rtx4090-fp8',
  recipe: 'steadydancer',
  choices: { variant: 'fp8', port: 9000 },
  startedAt: '2026-11-23T14:00:00.000Z',
  state: 'ok',
  summary: null,
  driver: null,
  ...changes,
});

const comfy = (state: string): Inventory => {
  const container: InventoryContainer = {
    id: 'c1',
    name: 'steadydancer-rtx4090-fp8',
    state,
    image: 'steadydancer:8c1f03a28c1f',
    imageId: 'sha256:1',
    run: '20261123-140000-7f3a',
    plan: '8c1f',
    profile: 'rtx4090-fp8',
    role: 'comfyui',
    ports: [{ host: '127.0.0.1', hostPort: 8189, containerPort: 8188 }],
  };
  return { ...noneLeft, containers: [container] };
};

async function welcome(options: Parameters<typeof plannedWorld>[0] = {}) {
  const w = plannedWorld(options);
  const screen = await drawn(w.session, w.deps);
  await w.session.planning.look();
  return { w, screen };
}

/** The first row of the menu. */
async function offered(screen: Awaited<ReturnType<typeof drawn>>): Promise<string> {
  return (await screen.lines()).find((line) => line.startsWith(' ❯')) ?? '';
}

describe('the first row follows the state of things', () => {
  const sights: [string, Partial<FirstSight>, RegExp, RegExp][] = [
    ['first run', {}, /Set up SteadyDancer +\d+-\d+ min, 34\.3 GB to download/, /first run/],
    [
      'a run that failed',
      { last: last({ state: 'failed', summary: 'Disk / is full.' }) },
      /Continue the run +Disk \/ is full\./,
      /rtx4090-fp8, failed 23 Nov/,
    ],
    ['a run that was cut', { last: last({ state: 'cut' }) }, /Continue the run/, /cut off/],
    [
      'a run that goes on',
      { last: last({ state: 'running' }) },
      /Watch the run that goes on/,
      /run 7f3a goes on/,
    ],
    [
      'a rehearsal that passed',
      { last: last({ recipe: 'rehearsal' }) },
      /Set up SteadyDancer/,
      /rehearsed 23 Nov/,
    ],
    ['no NVIDIA GPU', { nvidia: false }, /Build for another machine/, /has no NVIDIA GPU/],
    ['a Runpod pod', { pod: 'k3x9f2' }, /Fetch the models/, /Runpod pod k3x9f2/],
  ];
  test.each(sights)('%s', async (_name, sight, row, anywhere) => {
    const { screen } = await welcome({ sight });
    await screen.waitFor(anywhere);
    await screen.waitFor(row);
    expect(await offered(screen)).toMatch(row);
  });

  test('ComfyUI that is stopped is started, and opened once it answers', async () => {
    const { w, screen } = await welcome({ sight: { last: last({}) }, inventory: comfy('exited') });
    await screen.waitFor('ComfyUI is stopped.');
    const ready = Promise.withResolvers<{ url: string }>();
    w.deps.startAgain = async (onLine) => {
      onLine('Import times for custom nodes:');
      return ready.promise;
    };
    let opened = '';
    w.deps.open = async (url) => {
      opened = url;
      return true;
    };
    expect(await offered(screen)).toContain('Start ComfyUI');
    w.session.waking.start();
    await screen.waitFor('Import times for custom nodes:');
    ready.resolve({ url: 'http://127.0.0.1:8189' });
    await screen.waitFor('ComfyUI runs at http://127.0.0.1:8189');
    expect(await offered(screen)).toContain('Open ComfyUI');
    await w.session.waking.open('http://127.0.0.1:8189');
    expect(opened).toBe('http://127.0.0.1:8189');
  });

  test('ComfyUI that runs is opened at its own address', async () => {
    const { screen } = await welcome({ sight: { last: last({}) }, inventory: comfy('running') });
    await screen.waitFor('ComfyUI runs at http://127.0.0.1:8189');
    expect(await offered(screen)).toContain('Open ComfyUI');
  });

  test('a container that is gone cannot be started, and that is said', async () => {
    const { screen } = await welcome({ sight: { last: last({}) } });
    await screen.waitFor('The container of the last run is gone');
    expect(await screen.text()).toMatch(/❯ Start ComfyUI|❯× Start ComfyUI|× Start ComfyUI/);
  });

  test('a driver that is new since the last test is named, and the test recommended', async () => {
    const { screen } = await welcome({
      sight: { last: last({ driver: '570.133' }) },
      inventory: comfy('exited'),
    });
    await screen.waitFor(/Driver +580\.95\.05, at the last test 570\.133/);
    await screen.waitFor('worth it once, the driver is new');
  });
});

test('the menu is in the first frame, and no row moves while things come in', async () => {
  const w = world();
  const screen = await drawn(w.session, w.deps);
  void w.session.planning.look();
  const at = async (text: string) =>
    (await screen.lines()).findIndex((line) => line.includes(text));
  const rows = ['Docker', 'Set up SteadyDancer', 'Rehearse only', 'Check this computer'];
  const before = await Promise.all(rows.map(at));
  expect(before.every((row) => row > 0)).toBe(true);
  expect(await screen.text()).toContain('checking ...');
  w.look();
  await screen.waitFor('Hugging Face 38 MB/s');
  expect(await Promise.all(rows.map(at))).toEqual(before);
  expect(screen.flicker).toEqual({ clears: 0, tall: 0 });
});

test('what is continued, tested or changed goes on from the answers of the last run', async () => {
  const { w, screen } = await welcome({ sight: { last: last({}) }, inventory: comfy('exited') });
  await screen.waitFor('ComfyUI is stopped.');
  screen.type(keys.down);
  screen.type(keys.down);
  await screen.waitFor('❯ Change something');
  // A held Enter chooses nothing here: the key is pressed long after the page came, and once.
  w.clock.ms += 10_000;
  screen.type(keys.enter);
  await screen.lines();
  w.clock.ms += 1_000;
  await screen.waitFor('[Review]');
  expect(w.session.store.state).toMatchObject({
    profile: 'rtx4090-fp8',
    answers: { variant: 'fp8', port: 9000 },
  });
});

test('an earlier look is not repeated for other answers of the same port and folders', async () => {
  const w = plannedWorld({ machine: machine({ gpu: rtx4090.gpu }) });
  let looked = 0;
  const { observe } = w.deps;
  w.deps.observe = async (...given) => {
    looked += 1;
    return observe(...given);
  };
  const screen = await drawn(w.session, w.deps);
  await w.session.planning.look();
  await w.session.planning.begin({ choices: { variant: 'fp16' }, profile: null }, true);
  await screen.waitFor('[Review]');
  expect(looked).toBe(1);
});

describe('a rehearsal that runs', () => {
  const standIn = (): Inventory => {
    const [container] = comfy('running').containers;
    if (!container) throw new Error('there is a container');
    const run = {
      id: 'r1',
      recipe: 'rehearsal',
      dir: '/runs/r1',
      pid: 1,
      state: 'finished' as const,
    };
    return { ...noneLeft, containers: [{ ...container, run: 'r1' }], runs: [run] };
  };

  test('is named one, opened and stopped; its rows are there from the first frame', async () => {
    const { w, screen } = await welcome({
      sight: { last: last({ recipe: 'rehearsal' }) },
      inventory: standIn(),
    });
    await screen.waitFor('The rehearsal runs at http://127.0.0.1:8189: a stand-in for ComfyUI.');
    expect(await screen.text()).not.toContain('ComfyUI runs at');
    const stopped: string[] = [];
    let opened = '';
    Object.assign(w.deps, {
      open: async (url: string) => {
        opened = url;
        return true;
      },
      stopContainer: async (id: string) => {
        stopped.push(id);
        const all = { machine: rtx4090, checks: [], inventory: noneLeft };
        w.deps.observe = async () => all;
      },
    });
    screen.type(keys.down);
    await screen.waitFor(/❯ Open the rehearsal +http:\/\/127\.0\.0\.1:8189/);
    screen.type(keys.enter);
    await screen.waitFor('Opened in the browser');
    expect(opened).toBe('http://127.0.0.1:8189');
    screen.type(keys.down);
    await screen.waitFor('❯ Stop the rehearsal');
    screen.type(keys.enter);
    await screen.waitFor('The rehearsal is stopped');
    await screen.waitFor(/Stop the rehearsal +it does not run now/);
    expect(stopped).toEqual(['c1']);
  });

  test('beside a real one that is stopped it is not taken for it', async () => {
    const { screen } = await welcome({ sight: { last: last({}) }, inventory: standIn() });
    await screen.waitFor('The rehearsal runs at');
    await screen.waitFor('The container of the last run is gone');
    expect(await screen.text()).not.toContain('Open ComfyUI');
  });
});
