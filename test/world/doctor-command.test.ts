import type { Server } from 'node:http';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { doctor } from '../../src/commands/doctor.ts';
import type { Io } from '../../src/commands/io.ts';
import { doctorSchema } from '../../src/contract/doctor.ts';
import { closed, fakeEngine, fakeProgram, scratch } from '../unit/machine/fakes.ts';

let dir: string;
let remove: () => Promise<void>;
let server: Server | null = null;
beforeEach(async () => {
  ({ dir, remove } = await scratch());
});
afterEach(async () => {
  if (server) await closed(server);
  server = null;
  await remove();
});

/** A PC with a good GPU by a fake nvidia-smi, and with the engine that is given. */
async function terminal(env: NodeJS.ProcessEnv = {}) {
  const bin = await fakeProgram(
    dir,
    'nvidia-smi',
    `case "$*" in
      --query-gpu*) echo "0, GPU-1, NVIDIA GeForce RTX 4090, 580.95.05, 24564, 23000, [N/A], 8.9";;
      "-q -x") echo "<l><cuda_version>13.0</cuda_version></l>";;
    esac`,
  );
  const out: string[] = [];
  const said: string[] = [];
  const io: Io = {
    env: { PATH: bin, HOME: dir, STEADYDANCER_HOME: join(dir, 'own'), ...env },
    cwd: dir,
    home: dir,
    interactive: false,
    out: (line) => void out.push(line),
    say: (line) => void said.push(line),
  };
  return { io, out, said };
}

async function engine(answers: Parameters<typeof fakeEngine>[1] = {}) {
  const socket = join(dir, 'docker.sock');
  server = await fakeEngine(socket, answers);
  return { DOCKER_HOST: `unix://${socket}` };
}

describe('doctor --json', () => {
  it('is one document by the contract, and exits 0 when nothing fails', async () => {
    const { io, out, said } = await terminal(await engine());
    expect(await doctor({ json: true, network: false }, io)).toBe(0);
    expect(out).toHaveLength(1);
    expect(said).toEqual([]);
    const { checks } = doctorSchema.parse(JSON.parse(out[0] ?? ''));
    expect(checks.length).toBeGreaterThanOrEqual(20);
    const rows = new Map(checks.map((check) => [check.id, check]));
    expect(rows.get('gpu')).toMatchObject({
      status: 'ok',
      detail: expect.stringContaining('4090'),
    });
    expect(rows.get('gpu-driver')?.detail).toContain('good for CUDA 13.0');
    expect(rows.get('engine')).toMatchObject({ status: 'ok' });
    expect(rows.get('network-hub')).toMatchObject({ status: 'skip' });
  });

  it('exits 10 when one fails, with a command as the fix', async () => {
    const { io, out } = await terminal({ DOCKER_HOST: `unix://${join(dir, 'gone.sock')}` });
    expect(await doctor({ json: true, network: false }, io)).toBe(10);
    const { checks } = doctorSchema.parse(JSON.parse(out[0] ?? ''));
    expect(checks.find(({ id }) => id === 'engine')).toMatchObject({
      status: 'fail',
      fix: { command: expect.any(String) },
    });
  });
});

it('answers within 5 s when engine and nvidia-smi hang', async () => {
  const { io, out } = await terminal(await engine({ hang: true }));
  await fakeProgram(dir, 'nvidia-smi', 'exec sleep 30');
  const started = performance.now();
  expect(await doctor({ json: true, network: false }, io)).toBe(10);
  expect(performance.now() - started).toBeLessThan(5_300);
  const { checks } = doctorSchema.parse(JSON.parse(out[0] ?? ''));
  expect(checks.find(({ id }) => id === 'gpu')?.detail).toMatch(/no answer in/);
  expect(checks.find(({ id }) => id === 'engine')?.detail).toMatch(/gives no answer/);
});

it('in words: rows with a status word, a headline, a tally', async () => {
  const { io, out } = await terminal(await engine());
  await doctor({ network: false }, io);
  expect(out[0]).toMatch(/^This computer can run SteadyDancer\./);
  expect(out.join('\n')).toMatch(/^ok {4}GPU {21}NVIDIA GeForce RTX 4090, 24 GB/m);
  expect(out.at(-1)).toMatch(/^\d+ checks in \d\.\d s: /);
});

describe('--fix', () => {
  /** A CDI list made for an older driver, and an nvidia-ctk that writes it again. */
  async function oldList() {
    const cdi = join(dir, 'cdi');
    const list = join(cdi, 'nvidia.yaml');
    const info = {
      CDISpecDirs: [cdi],
      DiscoveredDevices: [{ Source: 'cdi', ID: 'nvidia.com/gpu=all' }],
    };
    const made = await terminal(await engine({ info }));
    const { mkdir, writeFile } = await import('node:fs/promises');
    await mkdir(cdi);
    await writeFile(list, 'hostPath: /usr/lib/libcuda.so.570.133.07\n');
    await fakeProgram(
      dir,
      'nvidia-ctk',
      `echo "hostPath: /usr/lib/libcuda.so.580.95.05" > ${list}`,
    );
    await fakeProgram(dir, 'sudo', 'exec "$@"');
    return made;
  }
  const row = (out: string[]) =>
    doctorSchema.parse(JSON.parse(out.at(-1) ?? '')).checks.find(({ id }) => id === 'gpu-list-age');

  it('without a y changes nothing and says so', async () => {
    const { io, out, said } = await oldList();
    expect(await doctor({ json: true, fix: true, network: false }, io)).toBe(18);
    expect(row(out)).toMatchObject({ status: 'warn' });
    expect(said.at(-1)).toBe('Nothing was changed.');
  });

  it('with --yes applies it and looks again', async () => {
    const { io, out, said } = await oldList();
    expect(await doctor({ json: true, fix: true, yes: true, network: false }, io)).toBe(0);
    expect(said.join('\n')).toContain('Done: Write the list again');
    expect(row(out)).toMatchObject({ status: 'ok', detail: 'made for driver 580.95.05' });
    expect(out).toHaveLength(1);
  });

  it('installs nothing by itself', async () => {
    const PATH = [join(dir, 'bin')].join(delimiter);
    const { io, said } = await terminal({ DOCKER_HOST: 'tcp://127.0.0.1:1', PATH });
    expect(await doctor({ fix: true, yes: true, network: false }, io)).toBe(10);
    expect(said).toEqual(['No check has a fix that is safe to apply by itself.']);
  });
});
