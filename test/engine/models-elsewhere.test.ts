import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished, type TestContext } from 'vitest';
import { extraModelMounts, writeExtraModelPaths } from '../../src/launch/extra-models.ts';
import { type ContainerMount, prepareMounts } from '../../src/launch/mounts.ts';
import { hubFile } from '../world/hub/hub.ts';
import { filesIn, hubWith, pullFrom, REPO, scratch, wantedOf } from '../world/hub/pulling.ts';
import { bytesOf } from '../world/hub/random.ts';
import { describeWithEngine } from './engine.ts';
import { testDocker, tinyImage } from './images.ts';
import { freePortNow, HOST, LaunchWorld } from './launch-world.ts';

const file = hubFile(REPO, 'vae/sub/x.bin', bytesOf(41, 2_000_000));

/**
 * Lists a kind of model as ComfyUI's folder_paths.py does: its own folder, then those that
 * extra_model_paths.yaml names for the kind, each searched to its depths.
 */
const PROGRAM = `
const http = require('node:http'); const fs = require('node:fs'); const path = require('node:path');
const { createHash } = require('node:crypto');
const extra = {}; let base = '';
const config = '/opt/ComfyUI/extra_model_paths.yaml';
if (fs.existsSync(config)) for (const line of fs.readFileSync(config, 'utf8').split('\\n')) {
  const found = /^  (\\w+): (\\S+)$/.exec(line);
  if (found?.[1] === 'base_path') base = found[2]; else if (found) extra[found[1]] = path.join(base, found[2]);
}
const files = (folder) => fs.existsSync(folder) ? fs.readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name))) : [];
const tries = (work) => { try { return work(); } catch (error) { return error.code; } };
process.on('SIGTERM', () => process.exit(0));
http.createServer((request, response) => {
  const kind = request.url.split('/')[2] ?? '';
  if (request.url.startsWith('/models/')) {
    const folders = ['/opt/ComfyUI/models/' + kind, ...(extra[kind] ? [extra[kind]] : [])];
    const all = folders.flatMap((folder) => files(folder).map((name) => path.join(folder, name)));
    response.end(JSON.stringify(all.map((at) => ({ at, sha256: tries(() => createHash('sha256').update(fs.readFileSync(at)).digest('hex')), write: tries(() => fs.appendFileSync(at, 'x') ?? 'written'), beside: fs.readdirSync(path.dirname(at)) }))));
  } else { response.statusCode = request.url === '/system_stats' ? 200 : 404; response.end('{}'); }
}).listen(8188, '0.0.0.0', () => { console.error('Starting server\\n'); console.error('To see the GUI go to: http://0.0.0.0:8188'); });
`;

function otherFilesystem(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'sd-other-'));
  const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', 'tmpfs', folder], {
    encoding: 'utf8',
  });
  if (status !== 0) {
    rmSync(folder, { recursive: true });
    context.skip(`no filesystem can be mounted here: ${stderr?.trim() || 'mount is missing'}`);
  }
  onTestFinished(() => {
    spawnSync('umount', ['-l', folder]);
    rmSync(folder, { recursive: true, force: true });
  });
  chmodSync(folder, 0o755);
  return folder;
}

describeWithEngine('models that lie elsewhere', () => {
  const docker = testDocker();
  let world: LaunchWorld;
  beforeAll(async () => {
    world = await LaunchWorld.make(docker, (await tinyImage(docker, PROGRAM)).ref);
  });
  afterAll(() => world.clear());

  it('are listed and read in the container under the name that workflows ask for', async (context) => {
    const other = otherFilesystem(context);
    // As the hub's cache names it, with something beside it that is nobody's business.
    const path = join(other, file.sha256);
    writeFileSync(path, file.read(0, file.size));
    // Whoever may write it: the mount alone forbids it.
    chmodSync(path, 0o666);
    writeFileSync(join(other, 'private.txt'), 'private', { mode: 0o600 });
    const hub = await hubWith({ files: [file] });
    const folder = join(scratch(), 'models');
    mkdirSync(folder, { mode: 0o755 });
    chmodSync(join(folder, '..'), 0o755);
    const stateDir = scratch();
    const report = await pullFrom(hub, folder, [wantedOf(file)], { stateDir, reuseFrom: [other] });
    expect(report.files[0]).toMatchObject({ state: 'reused', mount: other, path });

    const extraModels = [{ file: file.path, path }];
    const config = join(world.folder, 'extra.yaml');
    chmodSync(world.folder, 0o755);
    await writeExtraModelPaths(config, extraModels);
    const own: ContainerMount = {
      ...{ kind: 'folder', source: folder, target: '/opt/ComfyUI/models', readOnly: true },
    };
    const mounts = [own, ...extraModelMounts(extraModels, config)];
    await prepareMounts(mounts, { owner: HOST, docker, profile: world.profile });
    const port = await freePortNow();
    const plain = await world.launch('serve', {
      port,
      spec: { choices: { recipe: 'steadydancer' }, mounts: [own] },
    });
    expect(await (await fetch(`${plain.url}/models/vae`)).json()).toEqual([]);

    // The container of before lacks the model: it is replaced, though the plan is the same.
    const options = { port, spec: { choices: { recipe: 'steadydancer' as const }, mounts } };
    const launched = await world.launch('serve', { ...options, input: { extraModels } });
    expect(launched.by).toBe('created');
    const listed = await (await fetch(`${launched.url}/models/vae`)).json();
    expect(listed).toEqual([
      {
        at: `/mnt/models/${file.path}`,
        sha256: file.sha256,
        write: 'EROFS',
        beside: ['x.bin'],
      },
    ]);
    // Nothing was made in the person's folder, not even a place to mount to.
    expect(filesIn(folder)).toEqual([]);
    const again = await world.launch('serve', { ...options, input: { extraModels } });
    expect(again.by).toBe('reused');
  });

  it('are named when they are gone, before the engine makes a folder of their name', async () => {
    const gone = join(scratch(), 'gone.bin');
    const mounts = extraModelMounts([{ file: 'vae/gone.bin', path: gone }], gone);
    const preparing = prepareMounts(mounts, { owner: HOST, docker, profile: null });
    await expect(preparing).rejects.toMatchObject({ code: 'mount-denied' });
  });
});
