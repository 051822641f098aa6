import { assetPath } from './assets.ts';
import { assembleNodeContext, type NodeContext, type NodeContextOptions } from './node-context.ts';

export interface RehearsalContextOptions extends NodeContextOptions {
  /** Bundle of src/rehearsal/server.ts; default: the package's own. */
  serverBundle?: string;
}

/** Puts the rehearsal's build context together: Node and the stand-in. @throws Failure (rehearsal-*) */
export function assembleRehearsalContext(options: RehearsalContextOptions): Promise<NodeContext> {
  const bundle = options.serverBundle ?? assetPath('dist', 'rehearsal', 'server.js');
  return assembleNodeContext(
    { recipe: 'rehearsal', app: { 'server.js': bundle }, name: 'The rehearsal' },
    options,
  );
}
