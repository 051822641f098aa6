import { rmSync } from 'node:fs';
import type { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildxBuilder } from '../../src/build/buildx-builder.ts';
import { engineBuilder } from '../../src/build/engine-builder.ts';
import { readEngineStream } from '../../src/build/engine-stream.ts';
import { openSession } from '../../src/build/session.ts';
import type { Builder } from '../../src/build/types.ts';
import { systemProcesses } from '../../src/ports/processes.ts';
import { build, buildxEnv, busybox, contextWith, testDocker } from './build-folder.ts';
import { describeWithEngine } from './engine.ts';
import { startTokenRegistry, type TokenRegistry } from './registry/token-registry.ts';

const prefix = `sd-registry-test-${process.pid}`;
const folders: string[] = [];
const tags: string[] = [];

describeWithEngine('a base image in a registry that asks for a token', () => {
  let registry: TokenRegistry | { reason: string } = { reason: 'not started' };
  let tool: ReturnType<typeof busybox> = { reason: 'not unpacked' };

  beforeAll(async () => {
    registry = await startTokenRegistry();
    tool = busybox();
  });
  afterAll(async () => {
    if ('stop' in registry) await registry.stop();
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
    for (const tag of tags) {
      await testDocker()
        .getImage(tag)
        .remove({ force: true })
        .catch(() => undefined);
    }
  });

  /** Pushes a base of this name and takes it out of the engine again; a new one has no cache. */
  async function pushBase(name: string, skip: (why: string) => never): Promise<string> {
    if ('reason' in tool) skip(tool.reason);
    if ('reason' in registry) skip(registry.reason);
    const ref = `${registry.host}/sd/${name}:1`;
    const salt = `${prefix}-${name}`;
    const contextDir = contextWith(
      `FROM scratch\nCOPY bin /bin\nLABEL salt=${salt}\nENV SALT=${salt}\n`,
      tool.file,
    );
    folders.push(contextDir);
    tags.push(ref);
    const pushed = await build(engineBuilder(testDocker()), { contextDir, tag: ref });
    expect(pushed.thrown).toBeNull();
    const push = await testDocker()
      .getImage(ref)
      .push({ authconfig: {} as Docker.AuthConfig });
    const end = await readEngineStream(
      push as Readable,
      () => undefined,
      AbortSignal.timeout(60_000),
    );
    expect(end.error).toBeNull();
    await testDocker().getImage(ref).remove({ force: true });
    registry.asked.splice(0);
    return ref;
  }

  async function buildOn(ref: string, builder: Builder) {
    const contextDir = contextWith(
      `ARG BASE\nFROM $BASE\nRUN ["/bin/busybox", "echo", "on the base"]\n`,
    );
    folders.push(contextDir);
    const tag = `${prefix}:${tags.length}`;
    tags.push(tag);
    return build(builder, { contextDir, tag, args: { BASE: ref } });
  }

  it('is built on with a session', async ({ skip }) => {
    const ref = await pushBase('session', skip);
    const built = await buildOn(ref, engineBuilder(testDocker()));
    expect(built.thrown).toBeNull();
    expect(built.id).toMatch(/^sha256:/);
    expect(built.raw.some((event) => event.type === 'pull')).toBe(false);
    expect((registry as TokenRegistry).asked).toContain('repository:sd/session:pull');
  });

  it('is pulled first where no session can be opened', async ({ skip }) => {
    const ref = await pushBase('refused', skip);
    const refuse = () => Promise.reject(new Error('(HTTP code 404) page not found'));
    const built = await buildOn(ref, engineBuilder(testDocker(), { openSession: refuse }));
    expect(built.thrown).toBeNull();
    expect(built.raw[0]).toMatchObject({ type: 'pull', ref });
    expect(built.events).toContainEqual(
      expect.objectContaining({ type: 'build.vertex', id: `pull:${ref}`, state: 'done' }),
    );
  });

  it('is pulled first where the session is lost before it is used', async ({ skip }) => {
    const ref = await pushBase('lost', skip);
    const lose = async () => {
      const session = await openSession(testDocker());
      session.close();
      return session;
    };
    const built = await buildOn(ref, engineBuilder(testDocker(), { openSession: lose }));
    expect(built.thrown).toBeNull();
    expect(built.raw.some((event) => event.type === 'pull' && event.ref === ref)).toBe(true);
  });

  it('is built on by buildx', async ({ skip }) => {
    const found = buildxEnv('trixie');
    if ('reason' in found) return skip(found.reason);
    const ref = await pushBase('buildx', skip);
    const builder = buildxBuilder({ processes: systemProcesses, env: found.env });
    const built = await buildOn(ref, builder);
    expect(built.thrown).toBeNull();
  });

  it('that does not exist there is a missing image, by either way', async ({ skip }) => {
    if ('reason' in registry) return skip(registry.reason);
    const ref = `${registry.host}/sd/nothing:9`;
    const refuse = () => Promise.reject(new Error('no session'));
    const builders = [
      engineBuilder(testDocker()),
      engineBuilder(testDocker(), { openSession: refuse }),
    ];
    for (const builder of builders) {
      const built = await buildOn(ref, builder);
      expect(built.failure?.code).toBe('base-image-missing');
      expect(built.failure?.details.sentence).toContain(ref);
    }
  });
});
