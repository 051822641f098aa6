import Dockerode from 'dockerode';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildxBuilder } from '../../src/build/buildx-builder.ts';
import { engineBuilder } from '../../src/build/engine-builder.ts';
import type { Builder } from '../../src/build/types.ts';
import { systemProcesses } from '../../src/ports/processes.ts';
import { baseImage } from '../world/base-image.ts';
import { RecipeWorld } from '../world/recipe/world.ts';
import { build, logText, testDocker } from './build-folder.ts';
import { buildxPlugin, buildxSuites } from './buildx-plugin.ts';
import { debianRoot } from './debian-root.ts';
import { describeWithEngine } from './engine.ts';
import { noOwnEngine, type OwnEngine, ownEngine } from './own-engine.ts';
import { passesSmoke } from './recipe-run.ts';

/** buildx of a Debian suite against an engine; or why there is none. */
function buildxOf(
  suite: (typeof buildxSuites)[number],
  host: string | undefined,
): (Builder & { version: string }) | { reason: string } {
  const plugin = buildxPlugin(suite);
  if ('reason' in plugin) return plugin;
  const env = { ...process.env, DOCKER_CONFIG: plugin.config, DOCKER_HOST: host };
  return { ...buildxBuilder({ processes: systemProcesses, env }), version: plugin.version };
}

async function builds(builder: Builder, world: RecipeWorld, tag: string): Promise<string> {
  const { contextDir, args } = world;
  const built = await build(builder, { contextDir, tag, args });
  expect(built.thrown, logText(built.events).slice(-30).join('\n')).toBeNull();
  return built.id ?? '';
}

const docker = testDocker();
const base = process.env.STEADYDANCER_NO_ENGINE
  ? { reason: 'no engine' }
  : await baseImage(docker).catch((error: Error) => ({ reason: error.message }));

describeWithEngine('the real image through buildx', () => {
  if ('reason' in base) {
    it.skip(`skipped: ${base.reason}`, () => undefined);
    return;
  }
  const tags: string[] = [];
  let world: RecipeWorld;
  beforeAll(async () => {
    world = await RecipeWorld.make(docker);
  });
  afterAll(async () => {
    await world?.close();
    for (const tag of tags) {
      await docker
        .getImage(tag)
        .remove({ force: true })
        .catch(() => undefined);
    }
  });

  it.each([...buildxSuites])(
    'of Debian %s: to a passed test',
    async (suite) => {
      const builder = buildxOf(suite, process.env.DOCKER_HOST);
      if ('reason' in builder) throw new Error(builder.reason);
      const tag = `sd-recipe-buildx-${process.pid}:${suite}`;
      tags.push(tag);
      await builds(builder, world, tag);
      await passesSmoke({ docker, tag, world });
    },
    600_000,
  );
});

const impossible = noOwnEngine();
describeWithEngine('the real image on a newer engine', () => {
  if (impossible) {
    it.skip(`skipped: ${impossible}`, () => undefined);
    return;
  }
  it.each([
    ['trixie', 'engine'],
    ['sid', 'buildx'],
  ] as const)(
    'of Debian %s, by %s: to a passed test',
    async (suite, transport) => {
      const made = debianRoot(suite);
      if ('reason' in made) throw new Error(made.reason);
      const engine = await ownEngine({ root: made.root, link: true });
      try {
        await onNewer(engine, transport);
      } finally {
        await engine.remove();
      }
    },
    900_000,
  );
});

async function onNewer({ host, link }: OwnEngine, transport: Builder['transport']): Promise<void> {
  const newer = new Dockerode({ socketPath: host.replace('unix://', '') });
  const { Version } = await newer.version();
  expect(Number.parseInt(Version, 10)).toBeGreaterThanOrEqual(26);
  const its = await baseImage(newer);
  if ('reason' in its) throw new Error(its.reason);
  if (!link) throw new Error('no link');
  const builder = transport === 'engine' ? engineBuilder(newer) : buildxOf('sid', host);
  if ('reason' in builder) throw new Error(builder.reason);
  const world = await RecipeWorld.make(newer, { host: link.here });
  try {
    await builds(builder, world, 'sd-newer:one');
    await passesSmoke({ docker: newer, tag: 'sd-newer:one', world, host: link.there });
  } finally {
    await world.close();
  }
}
