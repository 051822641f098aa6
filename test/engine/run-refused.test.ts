import { rmSync } from 'node:fs';
import { afterAll, expect, it } from 'vitest';
import { cleanSchema } from '../../src/contract/clean.ts';
import { statusSchema } from '../../src/contract/status.ts';
import { describeWithEngine } from './engine.ts';
import { eventSeen, eventsOf, ofType, Program } from './program.ts';

describeWithEngine('a run of a profile of which one goes on', () => {
  const program = new Program();
  afterAll(() => rmSync(program.home, { recursive: true, force: true }));
  const status = async () =>
    statusSchema.parse(JSON.parse((await program.call(['status', '--json'])).stdout));

  it('is refused, and is not the last run: neither then nor afterwards', async () => {
    const args = ['--profile', 'rehearsal', '--yes', '--until', 'image', '--no-cache'];
    const first = program.start(['run', '--json', ...args]);
    const started = await eventSeen(first, ({ type }) => type === 'run.started');
    const id = started.type === 'run.started' ? started.runId : '';
    const second = await program.run(args);
    expect(second.exitCode).toBe(10);
    expect(second.result.diagnoses[0]?.code).toBe('run-already-running');
    expect((await status()).run?.id).toBe(id);
    const { stdout } = await first.finished;
    expect(ofType(eventsOf(stdout), 'result').at(-1)?.ok).toBe(true);
    expect((await status()).run).toMatchObject({ id, state: 'finished', ok: true });
    // By its own id it is still found.
    const logs = await program.call(['logs', second.result.runId ?? '']);
    expect(logs.exitCode).toBe(0);
    const listed = cleanSchema.parse(
      JSON.parse((await program.call(['clean', '--runs', '--json'])).stdout),
    );
    expect(listed.items.map(({ id: dir }) => dir)).toEqual([second.result.runDir]);
  });
});
