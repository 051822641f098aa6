import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { nextRequest } from '../../../../src/troubleshoot/continue-run.ts';
import { fixActions } from '../../../../src/troubleshoot/fixes/actions.ts';
import { appliesOf, withApplies } from '../../../../src/troubleshoot/fixes/applies.ts';
import { moreFixes } from '../../../../src/troubleshoot/fixes/more-fixes.ts';
import { offersFor } from '../../../../src/troubleshoot/fixes/offers.ts';
import { missingPackage } from '../../../../src/troubleshoot/fixes/python-package.ts';
import { registered, registry } from '../../../../src/troubleshoot/registry.ts';
import { machine } from '../../recipe/machines.ts';
import { Commands, diagnosisOf, failedRun, made, troubleOf, worldOf } from './failed-run.ts';

const act = async (id: string, ...given: Parameters<typeof offersFor>) => {
  const action = fixActions[id];
  if (!action) throw new Error(`no action ${id}`);
  return action(given[0], { label: 'What it is called', applies: id }, given[1]);
};
const noLine = () => {};
const go = new AbortController().signal;

describe('what a fix applies', () => {
  it.each([
    [{ label: '', applies: 'prune-build-cache' }, 'prune-build-cache'],
    [{ label: '', applies: 'something-else' }, undefined],
    [{ label: '', command: 'steadydancer clean --cache --images' }, 'clean'],
    [{ label: '', command: 'steadydancer run --profile mine' }, 'retry'],
    [{ label: '', command: 'steadydancer run --no-cache' }, 'no-cache'],
    [{ label: '', command: 'steadydancer run --set attention=sdpa --set port=9000' }, 'answers'],
    [{ label: '', command: 'steadydancer run --set mirrors.pip=URL' }, undefined],
    [{ label: '', command: 'steadydancer run --set attention=nonsense' }, undefined],
    [{ label: '', command: 'steadydancer run && rm -rf /' }, undefined],
    [{ label: '', command: 'docker system prune' }, undefined],
  ])('%j: %s', (fix, id) => {
    expect(appliesOf(fix)).toBe(id);
    expect(withApplies(fix).applies).toBe(id);
  });

  it('is something that there is, in every diagnosis and for every code', () => {
    for (const { code, fixes } of registry) {
      for (const { applies } of fixes)
        if (applies) expect(fixActions, code).toHaveProperty(applies);
    }
    for (const code of Object.keys(moreFixes)) expect(registered(code), code).toBeDefined();
  });
});

describe('another answer', () => {
  it('says from what to what, what it costs, and gives the next try that answer', async () => {
    const run = failedRun({ variant: 'fp8', attention: 'flash-attn' });
    const plan = made(await act('attention-sdpa', troubleOf(run), worldOf()));
    expect(plan.objects).toEqual([{ name: 'attention', bytes: null, note: 'flash-attn -> sdpa' }]);
    expect(plan).toMatchObject({ confirm: 'enter', root: false, retries: true });
    expect(plan.minutes?.high).toBeGreaterThan(0);
    expect(plan.commands).toEqual(['steadydancer run --profile mine --set attention=sdpa']);
    const retry = await plan.apply(go, noLine);
    const next = nextRequest(run, retry, '20261124-150000-aaaa');
    expect(next).toMatchObject({
      choices: { variant: 'fp8', attention: 'sdpa' },
      profile: 'mine',
      continues: { runId: run.id, attempt: 2 },
    });
    const third = nextRequest({ id: next.runId, request: next }, {}, '20261124-160000-bbbb');
    expect(third.continues).toEqual({ runId: next.runId, attempt: 3 });
  });

  it('is not offered where it is so already, cannot run, or there is no run', async () => {
    const sdpa = troubleOf(failedRun({ attention: 'sdpa' }));
    expect(await act('attention-sdpa', sdpa, worldOf())).toEqual({ not: 'It is so already.' });
    const small = machine();
    small.disk = small.disk.map((disk) => ({ ...disk, freeBytes: 1e9 }));
    const run = troubleOf(failedRun({ attention: 'flash-attn' }));
    const refused = await act('attention-sdpa', run, worldOf({ machine: small }));
    expect(refused).toEqual({ not: expect.stringMatching(/\w/) });
    expect(await act('attention-sdpa', troubleOf(null), worldOf())).toHaveProperty('not');
  });

  it('a step that is done is not waited for again', async () => {
    const run = failedRun({});
    const phases = [{ id: 'models' as const, ok: true, ms: 1 }];
    const done = failedRun({}, { result: { phases } as never });
    const whole = made(await act('retry', troubleOf(run), worldOf())).minutes;
    const rest = made(await act('retry', troubleOf(done), worldOf())).minutes;
    expect(rest?.high).toBeLessThan(whole?.high ?? 0);
  });
});

describe('a port', () => {
  it('is looked at: the next one that nothing holds', async () => {
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
    const { port } = holder.address() as { port: number };
    const run = troubleOf(failedRun({ port: port - 1 }));
    const plan = made(await act('next-free-port', run, worldOf()));
    const { choices } = await plan.apply(go, noLine);
    expect(choices?.port).toBeGreaterThan(port);
    holder.close();
  });
});

describe('memory', () => {
  it('goes up to what the engine can give, and no further', async () => {
    const low = troubleOf(failedRun({ memoryLimitBytes: 2 ** 30 }));
    const plan = made(await act('memory-limit-more', low, worldOf()));
    expect(plan.title).toContain('61 GB of memory, not 1 GB');
    expect(await act('memory-limit-more', troubleOf(failedRun({})), worldOf())).toEqual({
      not: expect.stringContaining('61 GB already'),
    });
  });
});

describe('root', () => {
  it('commands are told, run in order and by root; the first that fails is named', async () => {
    const processes = new Commands();
    const plan = made(await act('write-cdi-list', troubleOf(null), worldOf({ processes })));
    expect(plan).toMatchObject({ confirm: 'y', root: true, retries: false });
    expect(plan.commands).toEqual(['sudo nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml']);
    const said: string[] = [];
    await plan.apply(go, (line) => said.push(line));
    const asRoot = process.getuid?.() === 0 ? '' : 'sudo -n ';
    expect(processes.ran).toEqual([
      `${asRoot}sh -c nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml`,
    ]);
    expect(said[0]).toContain('nvidia-ctk cdi generate');
    const broken = worldOf({ processes: new Commands(100) });
    const fails = made(await act('write-cdi-list', troubleOf(null), broken));
    await expect(fails.apply(go, noLine)).rejects.toMatchObject({
      code: 'fix-command-failed',
      details: { proof: 'E: it is locked' },
    });
  });

  it('folders are given to the person, all three, once', async () => {
    const processes = new Commands();
    const run = troubleOf(failedRun({ modelsDir: '~/m', outputDir: '/o', inputDir: '/i' }));
    const plan = made(await act('own-folders', run, worldOf({ processes })));
    expect(plan.objects.map(({ name }) => name)).toEqual(['/home/mia/m', '/o', '/i']);
    await plan.apply(go, noLine);
    expect(processes.ran.join()).toContain('chown -R 1000:1000 /home/mia/m /o /i');
  });
});

describe('offers', () => {
  it('what the wizard can do here comes first; every run can be tried again', async () => {
    const full = diagnosisOf('container-oom-killed', 'OOMKilled', {
      fixes: [
        { label: 'Read it', command: 'docker logs x' },
        { label: 'Swap fewer blocks', command: 'steadydancer run --set blockSwap=0' },
      ],
    });
    const offers = await offersFor(
      troubleOf(failedRun({ memoryLimitBytes: 2 ** 30 }), full),
      worldOf(),
    );
    expect(offers.map(({ plan, fix }) => plan?.id ?? fix.command)).toEqual([
      'answers',
      'memory-limit-more',
      'retry',
      'docker logs x',
    ]);
  });

  it('a log from elsewhere: nothing to retry, the machine can still be mended', async () => {
    const stale = diagnosisOf('gpu-cdi-stale', 'unresolvable CDI devices');
    const offers = await offersFor(troubleOf(null, stale), worldOf());
    expect(offers.map(({ plan }) => plan?.id)).toEqual(['write-cdi-list']);
  });
});

describe('a missing package', () => {
  it.each([
    ["ModuleNotFoundError: No module named 'gguf'", 'gguf'],
    ["ImportError: No module named 'cv2.dnn'", 'opencv-python-headless'],
    [
      'Cannot import x module for custom nodes: No module named segment_anything',
      'segment-anything',
    ],
    ["No module named 'comfy.utils'", null],
    ["No module named 'torch'", null],
    ['all is well', null],
  ])('%s: %s', (text, name) => {
    expect(missingPackage([diagnosisOf('container-exited', text)])).toBe(name);
  });
});
