import { join } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..', '..', '..');

/**
 * Builds the wizard over recorded events (test/screens/demo.tsx) as `npm run build` builds the real
 * one, and gives the file to run. Inside the checkout, where the packages that stay outside it are.
 */
export async function buildDemo(): Promise<string> {
  const outfile = join(root, 'node_modules', '.cache', 'steadydancer', `demo-${process.pid}.js`);
  await build({
    entryPoints: [join(root, 'test', 'screens', 'demo.tsx')],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node22.19',
    format: 'esm',
    jsx: 'automatic',
    packages: 'external',
    logLevel: 'warning',
  });
  return outfile;
}
