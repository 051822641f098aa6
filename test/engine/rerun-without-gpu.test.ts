import { rmSync } from 'node:fs';
import { afterAll, expect, it } from 'vitest';
import { fakeNvidiaSmi } from '../world/fake-nvidia-smi.ts';
import { describeWithEngine } from './engine.ts';
import { testDocker } from './images.ts';
import { freePort, ofType, Program } from './program.ts';

/** A GPU that nvidia-smi names, and an engine that can give none to containers. */
describeWithEngine('a rehearsal beside a GPU without a toolkit', () => {
  const program = new Program();
  program.env.PATH = `${fakeNvidiaSmi(program.home)}:${program.env.PATH}`;
  afterAll(async () => {
    await testDocker()
      .getContainer('steadydancer-rehearsal')
      .remove({ force: true })
      .catch(() => {});
    rmSync(program.home, { recursive: true, force: true });
  });

  it('says so and passes, the first time, with its container running, and with it stopped', async () => {
    const args = ['--profile', 'rehearsal', '--set', `port=${await freePort()}`, '--yes'];
    const passed = async () => {
      const { exitCode, events, result } = await program.run(args);
      expect(exitCode, result.summary).toBe(0);
      expect(ofType(events, 'fallback')).toMatchObject([{ what: 'gpu', to: 'none' }]);
      expect(result.built).toMatchObject({ gpu: 'none' });
    };
    await passed();
    await passed();
    await program.call(['stop']);
    await passed();
  });
});
