import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, readFileSync, watch, writeFileSync } from 'node:fs';
import { createConnection, createServer, type Server } from 'node:net';
import { basename, dirname, join } from 'node:path';
import type Docker from 'dockerode';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connectDocker, resolveEndpoint } from '../../src/ports/docker.ts';
import { describeWithEngine } from '../engine/engine.ts';
import { noLoopDisk, noOwnEngine, type OwnEngine, ownEngine } from '../engine/own-engine.ts';
import { freePort, Program } from '../engine/program.ts';
import {
  applyFirst,
  context,
  LONG_MS,
  pressUntil,
  rehearsalImage,
  serverCommand,
  triedAgain,
  typeWhile,
} from './broken-world.ts';
import { PtySession } from './harness/session.ts';
import { Person } from './wizard.ts';

const main = join(import.meta.dirname, '../../dist/main.js');
const dance = join(import.meta.dirname, '../../docker/workflows/rehearsal.api.json');
/** A uid that has a name nowhere. */
const STRANGER = 4321;

describeWithEngine('a broken world, mended by keys: what takes longer', () => {
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
    const all = await docker.listContainers({ all: true });
    for (const { Id, Names } of all) {
      if (!Names.some((name) => /^\/steadydancer-(custom|rehearsal)/.test(name))) continue;
      await docker.getContainer(Id).remove({ force: true });
    }
  });

  const runOwn = async (dir: string, ...more: string[]) => {
    const sets = [`recipe=custom`, `context=${dir}`, `port=${await freePort()}`, ...more];
    return person.open(['run', ...sets.flatMap((set) => ['--set', set])]);
  };

  it('a base image that is nowhere: named; the file is put right, and the same run goes on', async () => {
    const server = await serverCommand(docker, base);
    const dir = context(person, 'localhost:1/not/there:1', [], server);
    const pty = await runOwn(dir);
    await pty.waitFor('FAILED', LONG_MS);
    await pty.waitFor('Try again', LONG_MS);
    expect(pty.text()).toContain('localhost:1/not/there:1');
    context(person, base, [], server);
    await expect
      .poll(
        () => {
          const there = /❯ Try again/.test(pty.text());
          if (!there) pty.press('down');
          return there;
        },
        { interval: 300, timeout: LONG_MS },
      )
      .toBe(true);
    pty.press('enter');
    await pty.waitFor('Nothing is changed.');
    await pressUntil(pty, () => !pty.text().includes('p commands'));
    await pty.waitFor('READY in', LONG_MS);
    expect(triedAgain(person)).toEqual({ attempt: 2, ok: true });
  });

  it('too low a memory limit: what the machine has, READY', async () => {
    const server = await serverCommand(docker, base);
    const eat = 'const held = Buffer.alloc(300e6, 1); console.log(held.length)';
    const start = `/usr/bin/node -e "${eat}" || exit 137\n${server}\n`;
    const pty = await runOwn(context(person, base, [], start), `memoryLimitBytes=${128 * 2 ** 20}`);
    await pty.waitFor('container-oom-killed', LONG_MS);
    await applyFirst(pty, /Let the container use .* of memory/, 'enter');
    await pty.waitFor('READY in', LONG_MS);
    expect(triedAgain(person)).toEqual({ attempt: 2, ok: true });
  });

  it('a node that is missing because its pack did not import: the package goes into an image', async () => {
    const server = await serverCommand(docker, base);
    const start = [
      `if [ -e /packages/gguf ]; then ${server}; fi`,
      'echo "Traceback (most recent call last):" >&2',
      `echo "ModuleNotFoundError: No module named 'gguf'" >&2`,
      `echo "Cannot import /opt/ComfyUI/custom_nodes/ComfyUI-WanVideoWrapper module for custom nodes: No module named 'gguf'" >&2`,
      'export STEADYDANCER_REHEARSAL_FAULT=missing-node',
      server,
    ].join('\n');
    const pty = await runOwn(context(person, base, [], start), `workflow=${dance}`);
    await pty.waitFor('smoke-node-missing', LONG_MS);
    expect(pty.text()).toContain('gguf');
    await applyFirst(pty, 'Make an image with gguf in it', 'y');
    await pty.waitFor('READY in', LONG_MS);
    expect(triedAgain(person)).toEqual({ attempt: 2, ok: true });
    const tags = (await docker.listImages()).flatMap(({ RepoTags }) => RepoTags ?? []);
    for (const tag of tags.filter((name) => name.startsWith('steadydancer-derived:'))) {
      await docker.getImage(tag).remove({ force: true });
    }
  });

  it('a socket that this person may not use: membership by y, then the run goes on in the group', async ({
    skip,
  }) => {
    const why = noStranger();
    if (why !== null) skip(why);
    const host = (process.env.DOCKER_HOST ?? '').replace('unix://', '');
    const socket = join(person.home, 'docker.sock');
    // Only its owner may connect, until the person is in the group.
    const relay = await relayTo(host, socket);
    chmodSync(socket, 0o600);
    const inGroup = join(person.home, 'in-group');
    const watching = watch(person.home, (_event, name) => {
      if (name === basename(inGroup)) chmodSync(socket, 0o666);
    });
    const log = join(person.home, 'asked');
    const path = person.program('sudo', `[ "$1" = -n ] && shift\necho "$@" >>'${log}'\nexec "$@"`);
    person.program('usermod', 'exit 0');
    person.program(
      'sg',
      `: >'${inGroup}'\nuntil [ -w '${socket}' ]; do sleep 0.1; done\nexec /bin/sh -c "$3"`,
    );
    spawnSync('chown', ['-R', `${STRANGER}:${STRANGER}`, person.home]);
    chownSync(socket, 0, 0);
    const pty = strangerRuns(person, socket, await freePort(), path.PATH);
    try {
      await pty.waitFor('engine-no-permission', LONG_MS);
      await applyFirst(pty, /to group docker/, 'y');
      await pty.waitFor('READY in', LONG_MS);
      expect(readFileSync(log, 'utf8')).toContain('usermod -aG docker mia');
      expect(triedAgain(person)).toEqual({ attempt: 2, ok: true });
    } finally {
      await pty.close();
      watching.close();
      relay.close();
    }
  });
});

const noDisk = noOwnEngine() ?? noLoopDisk();
describe.skipIf(noDisk !== null)('a full disk, mended by keys', () => {
  let engine: OwnEngine;
  let person: Person;

  beforeAll(async () => {
    engine = await ownEngine({ diskMegabytes: 1_000 });
    return () => engine.remove();
  }, 120_000);

  it('build cache of others goes by y after a list, and the build goes on to READY', async () => {
    person = new Person();
    const env = { DOCKER_HOST: engine.host };
    const program = new Program(env);
    const rehearsal = await program.run(['--profile', 'rehearsal', '--yes', '--until', 'image']);
    expect(rehearsal.result.ok, rehearsal.result.summary).toBe(true);
    const base = rehearsal.result.image?.ref ?? '';
    const docker = await connectDocker(await resolveEndpoint({ ...process.env, ...env }, '/'));
    const fills = (megabytes: number, name: string) => {
      const code = `const fs=require('fs');for(let i=0;i<${megabytes};i++)fs.appendFileSync('/${name}',require('crypto').randomBytes(1e6))`;
      return `RUN ["/usr/bin/node", "-e", ${JSON.stringify(code)}]`;
    };
    // Somebody else's build, whose image is gone: its cache is what can be removed.
    const junk = join(program.home, 'junk');
    spawnSync('mkdir', ['-p', junk]);
    writeFileSync(join(junk, 'Dockerfile'), `FROM ${base}\n${fills(350, 'junk')}\n`);
    const little = ['--set', 'diskReserveBytes=30000000'];
    const others = ['--set', 'recipe=custom', '--set', `context=${junk}`, ...little];
    const other = await program.run([...others, '--until', 'image', '--yes']);
    expect(other.result.ok, other.result.summary).toBe(true);
    await docker.getImage(other.result.image?.ref ?? '').remove({ force: true });

    const server = await serverCommand(docker, base);
    const dir = context(person, base, [fills(420, 'weights')], server);
    const args = ['run', '--set', 'recipe=custom', '--set', `context=${dir}`, ...little];
    const netns = basename(dirname(engine.host.replace('unix://', '')));
    const pty = new PtySession({
      file: 'nsenter',
      args: [`--net=/run/netns/${netns}`, process.execPath, main, ...args],
      cwd: person.home,
      env: { ...env, HOME: person.home, STEADYDANCER_HOME: join(person.home, 'own') },
    });
    try {
      await pty.waitFor(/disk-(reserve|full)/, LONG_MS);
      await pty.waitFor('What next?', LONG_MS);
      await pty.waitFor(/❯ Remove .*build cache/, LONG_MS);
      expect(pty.text()).toMatch(/free of/);
      pty.press('enter');
      await pty.waitFor('This cannot be undone.', LONG_MS);
      expect(pty.text()).toContain('350 MB  RUN /usr/bin/node -e');
      // Enter does nothing here, however often.
      pty.press('enter');
      await typeWhile(pty, 'y', 'This cannot be undone.');
      await pty.waitFor('READY in', LONG_MS);
      expect(triedAgain(person)).toEqual({ attempt: 2, ok: true });
    } finally {
      await pty.close();
      await person.close();
    }
  }, 300_000);
});

/** Why nobody can be made a stranger here; null where one can. */
function noStranger(): string | null {
  if (process.getuid?.() !== 0) return 'only root can start a program as somebody else';
  const can = spawnSync('setpriv', [...asStranger, 'test', '-r', main]);
  if (can.error) return 'setpriv is not installed';
  return can.status === 0 ? null : 'another account cannot read the built program here';
}

const asStranger = [`--reuid=${STRANGER}`, `--regid=${STRANGER}`, '--clear-groups'];

function strangerRuns(person: Person, socket: string, port: number, PATH: string): PtySession {
  const run = ['run', '--profile', 'rehearsal', '--set', `port=${port}`];
  return new PtySession({
    file: 'setpriv',
    args: [...asStranger, process.execPath, main, ...run],
    cwd: person.home,
    env: {
      ...{ HOME: person.home, USER: 'mia', LOGNAME: 'mia', PATH },
      STEADYDANCER_HOME: join(person.home, 'own'),
      DOCKER_HOST: `unix://${socket}`,
    },
  });
}

/** The engine under another address, whose mode is this test's. */
async function relayTo(host: string, socket: string): Promise<Server> {
  const relay = createServer({ allowHalfOpen: true }, (from) => {
    const to = createConnection({ path: host, allowHalfOpen: true });
    from.pipe(to).pipe(from);
    for (const end of [from, to]) end.on('error', () => [from, to].map((one) => one.destroy()));
  });
  await new Promise<void>((resolve) => relay.listen(socket, resolve));
  expect(existsSync(socket)).toBe(true);
  return relay;
}
