import { rmSync } from 'node:fs';
import { afterAll, expect, it } from 'vitest';
import { shownSteps } from '../../screens/run-steps.ts';
import { replay } from '../../src/pipeline/reducer.ts';
import { buildxPlugin } from './buildx-plugin.ts';
import { describeWithEngine } from './engine.ts';
import { Program } from './program.ts';

const plugin = process.env.STEADYDANCER_NO_ENGINE ? { reason: 'no engine' } : buildxPlugin();

describeWithEngine('run --builder', () => {
  const programs: Program[] = [];
  afterAll(() => {
    for (const { home } of programs) rmSync(home, { recursive: true, force: true });
  });

  const steps = async (builder: 'engine' | 'buildx', env: NodeJS.ProcessEnv) => {
    const program = new Program(env);
    programs.push(program);
    const args = ['--profile', 'rehearsal', '--until', 'image', '--no-cache', '--yes'];
    const { events, result } = await program.run([...args, '--builder', builder]);
    expect(result.summary).toBe('Done up to image, as asked.');
    const state = replay(events);
    const shown = shownSteps(state).map(
      ({ stage, title, state: at }) => `${stage}: ${title} ${at}`,
    );
    // What runs side by side is told in another order by each.
    return { shown: shown.sort(), phases: state.phases };
  };

  it('buildx and engine end in the same steps on the screens', async ({ skip }) => {
    if ('reason' in plugin) return skip(plugin.reason);
    const byEngine = await steps('engine', {});
    const byBuildx = await steps('buildx', { DOCKER_CONFIG: plugin.config });
    expect(byEngine.shown.length).toBeGreaterThan(2);
    expect(byBuildx.shown).toEqual(byEngine.shown);
    const states = (phases: typeof byEngine.phases) =>
      Object.entries(phases).map(([id, { state }]) => `${id} ${state}`);
    expect(states(byBuildx.phases)).toEqual(states(byEngine.phases));
  });

  it('says in one sentence that buildx was asked for and is not there', async () => {
    const program = new Program({ DOCKER_CONFIG: '/nonexistent', PATH: '/nonexistent' });
    programs.push(program);
    const { result } = await program.run([
      ...['--profile', 'rehearsal', '--until', 'image', '--no-cache', '--yes'],
      ...['--builder', 'buildx'],
    ]);
    expect(result.ok).toBe(false);
    expect(result.summary).toMatch(/buildx/);
    expect(result.summary.split('\n')).toHaveLength(1);
  });
});
