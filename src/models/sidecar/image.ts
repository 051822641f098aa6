import { join } from 'node:path';
import type Docker from 'dockerode';
import { contextHash } from '../../build/build-context.ts';
import type { Builder } from '../../build/types.ts';
import { labels } from '../../contract/ids.ts';
import type { ReadyEngine } from '../../machine/types.ts';
import { assetPath } from '../../recipe/assets.ts';
import { assembleNodeContext } from '../../recipe/node-context.ts';

export interface SidecarImageInput {
  docker: Docker;
  builder: Builder;
  engine: Pick<ReadyEngine, 'os' | 'arch'>;
  /** Where assembled contexts are kept from run to run. */
  contextsDir: string;
  signal: AbortSignal;
  /** Folder of the sidecar's bundle; default: the package's own. */
  bundle?: string;
}

/**
 * The image that holds our downloader: this machine's Node and the program, made in seconds and
 * without a network, found again by its content.
 * @throws Failure (rehearsal-*, build-*), or the signal's reason
 */
export async function sidecarImage(input: SidecarImageInput): Promise<string> {
  const { docker, builder, engine, signal } = input;
  const bundle = input.bundle ?? assetPath('dist', 'models-sidecar');
  const { dir, dockerfile } = await assembleNodeContext(
    {
      recipe: 'models-sidecar',
      app: {
        'sidecar.js': join(bundle, 'sidecar.js'),
        'hash-worker.js': join(bundle, 'hash-worker.js'),
      },
      name: 'The container that fetches models',
    },
    {
      destination: join(input.contextsDir, `models-sidecar-${engine.os}-${engine.arch}`),
      engineArch: engine.arch,
      engineOs: engine.os,
    },
  );
  const { hash } = await contextHash(dir, dockerfile);
  const tag = `steadydancer:models-sidecar-${hash.slice(0, 12)}`;
  const there = await docker
    .getImage(tag)
    .inspect()
    .catch((error: { statusCode?: number }) => {
      if (error.statusCode === 404) return null;
      throw error;
    });
  if (there) return there.Id;
  const image = await builder.build(
    {
      contextDir: dir,
      dockerfile,
      tag,
      args: {},
      labels: { [labels.plan]: hash, [labels.role]: 'models-sidecar' },
    },
    () => undefined,
    signal,
  );
  return image.id;
}
