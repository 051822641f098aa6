import { rmSync } from 'node:fs';
import type Docker from 'dockerode';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Event } from '../../src/contract/events.ts';
import { statusSchema } from '../../src/contract/status.ts';
import { connectDocker, resolveEndpoint } from '../../src/ports/docker.ts';
import { readRunRecord } from '../../src/runner/run-record.ts';
import { describeWithEngine } from './engine.ts';
import { eventSeen, freePort, Program } from './program.ts';

const phaseStarts = (phase: string) => (event: Event) =>
  event.type === 'phase.started' && event.phase === phase;

/** Five moments at which the run's process is killed, as kill -9 or a power cut would. */
const moments: [string, (event: Event) => boolean][] = [
  ['before anything is done', (event) => event.type === 'run.started'],
  ['while the image is built', phaseStarts('image')],
  ['while a step runs', (event) => event.type === 'build.vertex' && event.name.includes('RUN')],
  ['while the container starts', (event) => event.type === 'container'],
  ['while the test video renders', (event) => event.type === 'smoke.progress'],
];

describeWithEngine("kill -9 of the run's process", () => {
  const program = new Program();
  let docker: Docker;
  let args: string[];

  beforeAll(async () => {
    docker = await connectDocker(await resolveEndpoint(process.env, program.home));
    args = ['--profile', 'rehearsal', '--set', `port=${await freePort()}`, '--yes'];
  });
  afterAll(async () => {
    await docker
      .getContainer('steadydancer-rehearsal')
      .remove({ force: true })
      .catch(() => {});
    rmSync(program.home, { recursive: true, force: true });
  });

  it.each(moments)('%s: status names what is left, the next run succeeds', async (_when, fits) => {
    await docker
      .getContainer('steadydancer-rehearsal')
      .remove({ force: true })
      .catch(() => {});
    const child = program.start(['run', '--json', ...args, '--from', 'image', '--no-cache']);
    const runDir = runDirOf(child);
    await eventSeen(child, fits);
    const record = await readRunRecord(await runDir);
    if (!record) throw new Error('no record');
    process.kill(record.pid, 'SIGKILL');
    const { exitCode, stdout } = await child.finished;
    expect(exitCode).toBe(1);
    const result = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
    expect(result).toMatchObject({ type: 'result', ok: false, runId: record.id });

    const status = statusSchema.parse(
      JSON.parse((await program.call(['status', '--json'])).stdout),
    );
    expect(status.run).toMatchObject({ id: record.id, state: 'dead', pid: null });
    expect(status.leftovers.map(({ kind, name }) => `${kind} ${name}`)).toContain(
      `run ${record.id}`,
    );

    const again = await program.run(args);
    expect(again.result.summary).toContain('passed its test');
    expect(again.exitCode).toBe(0);
    const after = JSON.parse((await program.call(['status', '--json'])).stdout);
    expect(after).toMatchObject({ running: true, leftovers: [] });
  });
});

/** The folder of the run, from its newest record. */
async function runDirOf(child: ReturnType<Program['start']>): Promise<string> {
  const started = (await eventSeen(child, ({ type }) => type === 'run.started')) as Event & {
    runId: string;
  };
  return `${child.runsDir}/${started.runId}`;
}
