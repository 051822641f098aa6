import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { contextWith, testDocker } from './build-folder.ts';
import { describeWithEngine } from './engine.ts';

const folders: string[] = [];
const tag = `sd-process-test:${process.pid}`;
afterAll(async () => {
  await testDocker()
    .getImage(tag)
    .remove({ force: true })
    .catch(() => undefined);
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A program of its own that builds once and then has nothing left to do. */
const program = (context: string, stopAtFirstEvent: boolean) => `
  import Docker from 'dockerode';
  import { engineBuilder } from ${JSON.stringify(resolve('src/build/engine-builder.ts'))};
  const stop = new AbortController();
  const request = { contextDir: ${JSON.stringify(context)}, dockerfile: ${JSON.stringify(`${context}/Dockerfile`)},
    tag: '${tag}', args: {}, labels: {} };
  try {
    await engineBuilder(new Docker()).build(
      request, () => ${stopAtFirstEvent ? "stop.abort(new Error('stopped'))" : 'undefined'}, stop.signal);
    console.log('built');
  } catch (error) {
    console.log(error.code ?? error.message);
  }
`;

describeWithEngine('the session', () => {
  it.each([
    ['a good build', 'FROM scratch\nCOPY a.txt /\n', false, 'built'],
    ['a failed one', 'FROM scratch\nRNU x\n', false, 'dockerfile-syntax'],
    ['a refused one', 'FROM scratch\n# \nFROM UPPER CASE WORDS\n', false, 'dockerfile-syntax'],
    ['a cancelled one', 'FROM scratch\nCOPY a.txt /\n', true, 'stopped'],
  ])('does not keep the process alive after %s', (_name, dockerfile, stop, expected) => {
    const context = contextWith(dockerfile);
    folders.push(context);
    const ended = spawnSync(
      process.execPath,
      ['--input-type=module', '-e', program(context, stop)],
      {
        encoding: 'utf8',
        timeout: 60_000,
      },
    );
    expect(ended.signal, ended.stderr).toBeNull();
    expect(ended.status, ended.stderr).toBe(0);
    expect(ended.stdout.trim()).toBe(expected);
  });
});
