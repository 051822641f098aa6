// Builds dist/: the program (ESM, one chunk per lazily imported command) and the rehearsal's server.
import { chmod, rm } from 'node:fs/promises';
import { type BuildOptions, build } from 'esbuild';

const common: BuildOptions = {
  bundle: true,
  platform: 'node',
  target: 'node22.19',
  format: 'esm',
  sourcemap: true,
  logLevel: 'warning',
  jsx: 'automatic',
};

await rm('dist', { recursive: true, force: true });
await Promise.all([
  build({
    ...common,
    entryPoints: {
      main: 'src/main.ts',
      // Loaded at run time where there is a terminal: src/ never imports screens/.
      screens: 'screens/entry.ts',
      'hash-worker': 'src/models/hash-worker.ts',
    },
    outdir: 'dist',
    splitting: true,
    packages: 'external',
    chunkNames: 'chunks/[name]-[hash]',
  }),
  // Goes into an image FROM scratch: nothing may be left outside it.
  build({
    ...common,
    entryPoints: ['src/rehearsal/server.ts'],
    outfile: 'dist/rehearsal/server.js',
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
    sourcemap: false,
  }),
  build({
    ...common,
    entryPoints: {
      helper: 'src/models/helper/main.ts',
      'hash-worker': 'src/models/hash-worker.ts',
    },
    outdir: 'dist/models-helper',
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
    sourcemap: false,
  }),
]);
await chmod('dist/main.js', 0o755);
