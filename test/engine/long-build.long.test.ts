import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Event } from '../../src/contract/events.ts';
import { describeWithEngine } from './engine.ts';
import { eventSeen, eventsOf, freePort, ofType, Program } from './program.ts';

const LIMIT_MS = 240_000;

describeWithEngine('a long build', () => {
  // 200 MB through BuildKit's own log take it half a minute, on a busy machine two.
  const program = new Program({}, [], { limitMs: LIMIT_MS });
  let base: string;
  beforeAll(async () => {
    const { result } = await program.run(['--profile', 'rehearsal', '--yes', '--until', 'image']);
    base = result.image?.ref ?? '';
    expect(result.ok).toBe(true);
  });
  afterAll(() => rmSync(program.home, { recursive: true, force: true }));

  const context = async (name: string, scripts: string[]): Promise<string[]> => {
    const dir = join(program.home, name);
    mkdirSync(dir, { recursive: true });
    const run = (script: string) => `RUN ["/usr/bin/node", "-e", ${JSON.stringify(script)}]\n`;
    writeFileSync(join(dir, 'Dockerfile'), `FROM ${base}\n${scripts.map(run).join('')}`);
    const port = await freePort();
    const choices = ['recipe=custom', `context=${dir}`, `port=${port}`];
    return [...choices.flatMap((choice) => ['--set', choice]), '--yes'];
  };

  /** Ten moments at which Ctrl-C comes. */
  const moments: [string, (event: Event) => boolean][] = [
    ['before it starts', ({ type }) => type === 'run.started'],
    ['in prepare', (e) => e.type === 'phase.started' && e.phase === 'prepare'],
    ['in validate', (e) => e.type === 'phase.started' && e.phase === 'validate'],
    ['as the build begins', (e) => e.type === 'phase.started' && e.phase === 'image'],
    ['while the context is sent', (e) => e.type === 'build.vertex' && /internal/.test(e.name)],
    ['while the first step runs', (e) => e.type === 'build.log' && e.text.includes('one')],
    [
      'between two steps',
      (e) => e.type === 'build.vertex' && e.state === 'done' && /2\/4/.test(e.name),
    ],
    ['while the second step runs', (e) => e.type === 'build.log' && e.text.includes('two')],
    ['while the third step runs', (e) => e.type === 'build.log' && e.text.includes('three')],
    ['while it is exported', (e) => e.type === 'build.vertex' && e.name.includes('exporting')],
  ];

  it.each(moments)(
    'is cancelled %s: 130, the lock is free, the next run succeeds',
    async (at, fits) => {
      const step = (word: string) => `console.log('${word}'); setTimeout(() => {}, 1500)`;
      const args = await context('cancelled', ['one', 'two', 'three'].map(step));
      const child = program.start(['run', '--json', ...args, '--no-cache', '--until', 'image']);
      await eventSeen(child, fits);
      child.kill('SIGINT');
      const { exitCode, stdout } = await child.finished;
      const events = eventsOf(stdout);
      const result = ofType(events, 'result').at(-1);
      // An export may be done before the word reaches it.
      expect(at.includes('exported') ? [130, 0] : [130]).toContain(exitCode);
      expect(result?.exitCode).toBe(exitCode);
      if (exitCode === 130) expect(result?.summary).toMatch(/^Stopped .*finished steps are kept/);
      expect(statSync(join(result?.runDir ?? '', 'events.ndjson')).size).toBeGreaterThan(0);
      const again = await program.run([...args, '--until', 'image']);
      expect(again.exitCode).toBe(0);
    },
  );

  it(
    'whose step prints 200 MB stays small in the journal, and the build ends well',
    async () => {
      const script = `const line = 'compiling something with a rather long name '.repeat(2) + '\\n'; let left = 200e6;
      const go = () => { while (left > 0) { left -= line.length; if (!process.stdout.write(line)) { process.stdout.once('drain', go); return; } } }; go()`;
      const args = await context('prints', [script.replace(/\n\s*/g, ' ')]);
      const { exitCode, result, events } = await program.run([
        ...args,
        '--until',
        'image',
        '--no-cache',
      ]);
      expect(result.summary).toContain('Done up to image');
      expect(exitCode).toBe(0);
      expect(ofType(events, 'build.warning').some(({ text }) => text.includes('of a step'))).toBe(
        true,
      );
      expect(statSync(join(result.runDir ?? '', 'events.ndjson')).size).toBeLessThan(5e6);
    },
    LIMIT_MS,
  );
});
