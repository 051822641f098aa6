import { createServer } from 'node:net';
import type Docker from 'dockerode';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { connectDocker, resolveEndpoint } from '../../src/ports/docker.ts';
import { describeWithEngine } from '../engine/engine.ts';
import { freePort } from '../engine/program.ts';
import {
  applyFirst,
  context,
  LONG_MS,
  rehearsalImage,
  serverCommand,
  triedAgain,
  typeWhile,
} from './broken-world.ts';
import { Person } from './wizard.ts';

describeWithEngine('a broken world, mended by keys', () => {
  let docker: Docker;
  let base: string;
  let person: Person;

  beforeAll(async () => {
    docker = await connectDocker(await resolveEndpoint(process.env, '/'));
    base = await rehearsalImage();
  }, 120_000);
  beforeEach(() => {
    person = new Person();
  });
  afterEach(async () => {
    await person.close();
    for (const name of ['steadydancer-custom', 'steadydancer-rehearsal']) {
      await docker
        .getContainer(name)
        .remove({ force: true })
        .catch(() => {});
    }
  });

  const runOwn = async (dir: string, ...more: string[]) => {
    const sets = [`recipe=custom`, `context=${dir}`, `port=${await freePort()}`, ...more];
    return person.open(['run', ...sets.flatMap((set) => ['--set', set])]);
  };

  it('a container that exits for a missing package: an image with it in, READY', async () => {
    const server = await serverCommand(docker, base);
    // Python takes a while to say it; of what lives for a millisecond Docker 20.10 can lose the words.
    const think = 'i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done';
    const start = `if [ -e /packages/gguf ]; then ${server}; fi\n${think}\necho "ModuleNotFoundError: No module named 'gguf'" >&2\n${think}\nexit 1\n`;
    const pty = await runOwn(context(person, base, [], start));
    await pty.waitFor('container-exited', LONG_MS);
    await pty.waitFor('container.log line', LONG_MS);
    expect(pty.text()).toContain("> ModuleNotFoundError: No module named 'gguf'");
    await applyFirst(pty, 'Make an image with gguf in it', 'y');
    await pty.waitFor('continued, try 2', LONG_MS);
    await pty.waitFor('READY in', LONG_MS);
    expect(triedAgain(person)).toEqual({ attempt: 2, ok: true });
    const { Image } = await docker.getContainer('steadydancer-custom').inspect();
    const { RepoTags } = await docker.getImage(Image).inspect();
    expect(RepoTags.join()).toContain('steadydancer-derived:');
    await docker.getContainer('steadydancer-custom').remove({ force: true });
    for (const tag of RepoTags) await docker.getImage(tag).remove({ force: true });
  });

  it('a taken port: the next free one, READY; Enter alone never applies while it is held', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as { port: number };
    try {
      const args = ['run', '--profile', 'rehearsal', '--set', `port=${port}`];
      const pty = person.open(args);
      await pty.waitFor(`Port ${port} is taken by`, LONG_MS);
      await pty.waitFor('b  Back', LONG_MS);
      await typeWhile(pty, 'b', 'b  Back');
      await pty.waitFor('port-taken', LONG_MS);
      await applyFirst(pty, /Use port \d+/, 'enter');
      await pty.waitFor('READY in', LONG_MS);
      expect(triedAgain(person)).toEqual({ attempt: 2, ok: true });
      expect(pty.text()).not.toContain(`127.0.0.1:${port} `);
    } finally {
      taken.close();
    }
  });

  it('from a log of somewhere else, over its cause, back to the welcome page', async () => {
    person.write('elsewhere.log', 'start\nCUDA error: out of memory\nbye\n');
    const pty = person.open([]);
    await pty.waitFor('Something failed', LONG_MS);
    await pty.waitFor('Docker', LONG_MS);
    await expect
      .poll(
        () => {
          const there = /❯ Something failed/.test(pty.text());
          if (!there) pty.press('down');
          return there;
        },
        { interval: 300, timeout: LONG_MS },
      )
      .toBe(true);
    pty.press('enter');
    await pty.waitFor('What failed?');
    pty.press('down');
    await pty.waitFor('❯ A log file');
    pty.press('enter');
    await pty.waitFor('Path of the log');
    pty.type('elsewhere.log');
    await pty.waitFor('elsewhere.log');
    pty.press('enter');
    await pty.waitFor('vram-exhausted', LONG_MS);
    expect(pty.text()).toContain('elsewhere.log line 2');
    pty.type('l');
    await pty.waitFor('lines 1-3 of 3');
    pty.press('escape');
    await pty.waitFor('vram-exhausted');
    pty.press('escape');
    await pty.waitFor('What failed?');
    pty.type('q');
    expect((await pty.waitForExit()).exitCode).toBe(0);
  });
});
