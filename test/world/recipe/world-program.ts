// The program over the data of a small world: its own sources, bundled with the world's docker/.
import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type Dockerode from 'dockerode';
import { BASE_IMAGE } from '../base-image.ts';
import { lockFolders, worldWheels } from './wheels.ts';
import type { RecipeWorld } from './world.ts';

const root = join(import.meta.dirname, '../../..');
/** Where the world keeps what docker.io has: `library/debian:bookworm-slim` lies below it. */
const BASE_MIRROR = 'docker.io/steadydancer-test';

export interface WorldProgram {
  /** dist/main.js. */
  main: string;
  /** `--set` of everything that is elsewhere in this world. */
  sets: string[];
  /** Puts other locks in the place of the default stack's. */
  takeLocks(folder: 'world' | 'world-broken-torch' | 'world-wrong-hash'): void;
}

/**
 * Bundles src/ and screens/ as they are beside the world's docker/, whose default stack has the
 * world's commits and locks. Nothing of the program is changed.
 */
export async function worldProgram(world: RecipeWorld, docker: Dockerode): Promise<WorldProgram> {
  const { folder, contextDir, args } = world;
  for (const part of ['src', 'screens', 'profiles', 'package.json', 'esbuild.config.ts']) {
    cpSync(join(root, part), join(folder, part), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  const file = join(contextDir, 'stacks.json');
  const stacks = JSON.parse(readFileSync(file, 'utf8'));
  const row = stacks.stacks.find(({ id }: { id: string }) => id === stacks.default);
  row.comfyui.commit = args.COMFYUI_COMMIT;
  for (const id of Object.keys(row.nodes)) row.nodes[id] = args[`${id.toUpperCase()}_COMMIT`];
  row.flashAttention.sha256 = args.FLASH_ATTN_SHA256;
  writeFileSync(file, JSON.stringify(stacks));
  const takeLocks: WorldProgram['takeLocks'] = (name) => {
    for (const [lock, text] of Object.entries(lockFolders(worldWheels())[name] ?? {})) {
      writeFileSync(join(contextDir, 'python', row.id, lock), text);
    }
  };
  takeLocks('world');
  execFileSync(process.execPath, ['esbuild.config.ts'], { cwd: folder, stdio: 'pipe' });
  const repo = 'steadydancer-test/library/debian';
  await docker.getImage(BASE_IMAGE).tag({ repo, tag: 'bookworm-slim' });
  const mirrors = {
    base: BASE_MIRROR,
    pip: args.PIP_MIRROR,
    release: args.RELEASE_MIRROR,
    git: args.GIT_MIRROR,
    ...(args.APT_MIRROR === undefined ? {} : { apt: args.APT_MIRROR }),
  };
  const sets = Object.entries(mirrors).flatMap(([kind, at]) => ['--set', `mirrors.${kind}=${at}`]);
  return { main: join(folder, 'dist', 'main.js'), sets, takeLocks };
}
