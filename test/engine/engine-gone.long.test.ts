import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noOwnEngine, type OwnEngine, ownEngine } from './own-engine.ts';
import { eventSeen, eventsOf, ofType, Program } from './program.ts';

const reason = noOwnEngine();

describe.skipIf(reason)(`an engine that dies${reason ? ` (skipped: ${reason})` : ''}`, () => {
  let engine: OwnEngine;
  let program: Program;
  beforeAll(async () => {
    engine = await ownEngine();
    program = new Program({ DOCKER_HOST: engine.host }, engine.inside);
  });
  afterAll(async () => {
    rmSync(program.home, { recursive: true, force: true });
    await engine.remove();
  });

  it('while the test video renders is the cause, not the port that is shut', async () => {
    const args = ['run', '--json', '--profile', 'rehearsal', '--yes'];
    const child = program.start(args);
    await eventSeen(child, ({ type }) => type === 'smoke.progress');
    await engine.kill();
    const { exitCode, stdout } = await child.finished;
    const result = ofType(eventsOf(stdout), 'result').at(-1);
    expect(exitCode, result?.summary).toBe(15);
    expect(result).toMatchObject({ phase: 'smoke', diagnoses: [{ code: 'engine-gone' }] });
    expect(result?.diagnoses[0]?.evidence.text).toContain('seen first: ');

    await engine.start();
    const again = await program.run(args.slice(2));
    expect(again.result.summary).toContain('passed its test');
  });
});
