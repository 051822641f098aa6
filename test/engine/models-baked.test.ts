import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { engineBuilder } from '../../src/build/engine-builder.ts';
import { SIDECAR_FOLDER } from '../../src/models/sidecar/protocol.ts';
import { serveToBuild } from '../../src/models/sidecar/serve-build.ts';
import { hubFile } from '../world/hub/hub.ts';
import { bytesOf } from '../world/hub/random.ts';
import { build, logText, testDocker } from './build-folder.ts';
import { describeWithEngine } from './engine.ts';
import { nodeImage } from './images.ts';
import { ModelsWorld } from './models-world.ts';

const docker = testDocker();
const tag = `sd-models-baked-test:${process.pid}`;
const file = hubFile('a/b', 'sub folder/x.bin', bytesOf(11, 3_000_000));
let world: ModelsWorld;

/** A step of a build that fetches as download_models.sh does: by address, then by hash. */
const STEP = `
const { createHash } = require('node:crypto');
const [url, sha256] = process.argv.slice(2);
(async () => {
  const answer = await fetch(url + '/a/b/resolve/main/sub%20folder/x.bin');
  const bytes = Buffer.from(await answer.arrayBuffer());
  const found = createHash('sha256').update(bytes).digest('hex');
  console.log(answer.status, bytes.length, found === sha256 ? 'right' : 'wrong');
  const other = await fetch(url + '/etc/passwd');
  console.log('other', other.status);
  if (found !== sha256) process.exit(1);
})();
`;

describeWithEngine('models for an image', () => {
  beforeAll(async () => {
    world = await ModelsWorld.make(docker);
  });
  afterAll(async () => {
    await docker
      .getImage(tag)
      .remove({ force: true })
      .catch(() => undefined);
    await world.close();
  });

  it('are served to the steps of a build, from a folder and from a file elsewhere, and to nobody after it', async () => {
    const node = await nodeImage(docker);
    const models = join(world.folder, 'models');
    mkdirSync(models, { mode: 0o755 });
    writeFileSync(join(models, 'x.bin'), file.read(0, file.size));
    const { repo, path, size: bytes, sha256 } = file;
    const at = { repo, path, bytes, sha256 };
    const places = [
      {
        mounts: [
          { kind: 'folder' as const, source: models, target: SIDECAR_FOLDER, readOnly: true },
        ],
        local: `${SIDECAR_FOLDER}/x.bin`,
      },
      {
        mounts: [
          {
            kind: 'file' as const,
            source: join(models, 'x.bin'),
            target: '/elsewhere/1',
            readOnly: true,
          },
        ],
        local: '/elsewhere/1',
      },
    ];
    const contextDir = join(world.folder, 'context');
    mkdirSync(contextDir);
    writeFileSync(join(contextDir, 'step.cjs'), STEP);
    const urls: string[] = [];
    for (const [n, { mounts, local }] of places.entries()) {
      const toServe = { inContainer: [{ ...at, local }], mounts, here: null };
      const hub = await serveToBuild(
        toServe,
        world.sidecar({ runId: `baked-${process.pid}-${n}` }),
      );
      urls.push(hub.url);
      try {
        // The last argument is this test's own: a step of an earlier one is no proof.
        writeFileSync(
          join(contextDir, 'Dockerfile'),
          `FROM ${node.ref}\nARG HUB_MIRROR\nCOPY step.cjs /\nRUN ["/node", "/step.cjs", "${hub.url}", "${sha256}", "${process.pid}-${n}"]\n`,
        );
        const built = await build(engineBuilder(docker), { contextDir, tag, args: {} });
        const said = logText(built.events).join('\n');
        expect(built.thrown, said).toBeNull();
        expect(said).toContain(`200 ${file.size} right`);
        expect(said).toContain('other 404');
      } finally {
        await hub.close();
      }
    }
    // The address is in a build argument: the cache of the models' layers depends on it.
    expect(urls[0]).toBe(urls[1]);
    const left = await docker.listContainers({ all: true, filters: { name: ['models-server'] } });
    expect(left).toEqual([]);
  });
});
