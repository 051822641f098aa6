// Builds dist/: the program (ESM, one chunk per lazily imported command), the rehearsal's server and
// the downloader's container program. The libraries are inside: a start reads few files, and the
// package needs no other.
import { chmod, cp, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild';

/** Docker over ssh is not ours to speak (its client checks no host key), so its library stays out. */
const withoutSsh: Plugin = {
  name: 'without-ssh',
  setup(on) {
    on.onResolve({ filter: /^(ssh2|cpu-features)$/ }, ({ path }) => ({
      path,
      namespace: 'without-ssh',
    }));
    // docker-modem asks for it when it is loaded, and uses it for ssh:// alone, which we refuse.
    on.onLoad({ filter: /.*/, namespace: 'without-ssh' }, () => ({ contents: '' }));
  },
};

/** zod brings its words in fifty languages; a schema's own sentence is English. */
const oneLanguage: Plugin = {
  name: 'one-language',
  setup(on) {
    on.onLoad({ filter: /zod\/v4\/locales\/index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js';",
    }));
  },
};

/** An empty map keeps a library out of the source maps, which would have twice the code's size. */
const EMPTY_MAP = Buffer.from('{"version":3,"sources":[""],"mappings":"A"}').toString('base64');

const withoutLibrariesInMaps: Plugin = {
  name: 'without-libraries-in-maps',
  setup(on) {
    on.onLoad({ filter: /node_modules.*\.[cm]?js$/ }, async ({ path }) => ({
      contents: `${await readFile(path, 'utf8')}\n//# sourceMappingURL=data:application/json;base64,${EMPTY_MAP}`,
    }));
  },
};

const common: BuildOptions = {
  bundle: true,
  platform: 'node',
  target: 'node22.19',
  format: 'esm',
  sourcemap: true,
  sourcesContent: false,

  minify: true,
  logLevel: 'warning',
  jsx: 'automatic',
  metafile: true,
  // Asked for in a `try`, by who debugs Ink.
  external: ['react-devtools-core'],
  // React's development build is slow and keeps a growing list of measurements.
  define: { 'process.env.NODE_ENV': '"production"' },
  plugins: [withoutSsh, oneLanguage, withoutLibrariesInMaps],
  // Libraries in CommonJS ask for these.
  banner: {
    js: [
      "import { createRequire as createRequireOf } from 'node:module';",
      "import { dirname as dirnameOf } from 'node:path';",
      "import { fileURLToPath as pathOfUrl } from 'node:url';",
      'const require = createRequireOf(import.meta.url);',
      'const __dirname = dirnameOf(pathOfUrl(import.meta.url));',
    ].join(' '),
  },
};

await rm('dist', { recursive: true, force: true });
const built = await Promise.all([
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
    chunkNames: 'chunks/[name]-[hash]',
  }),
  // Goes into an image FROM scratch: nothing may be left outside it.
  build({
    ...common,
    entryPoints: ['src/rehearsal/server.ts'],
    outfile: 'dist/rehearsal/server.js',
    sourcemap: false,
  }),
  build({
    ...common,
    entryPoints: {
      sidecar: 'src/models/sidecar/main.ts',
      'hash-worker': 'src/models/hash-worker.ts',
    },
    outdir: 'dist/models-sidecar',
    sourcemap: false,
  }),
]);
await chmod('dist/main.js', 0o755);
// dockerode reads it beside its session's code, which is a chunk.
const dockerode = dirname(fileURLToPath(import.meta.resolve('dockerode')));
await cp(join(dockerode, 'proto'), 'dist/chunks/proto', { recursive: true });
await writeFile('dist/LICENSES.txt', await licences(built.map(({ metafile }) => metafile)));

/** Names, versions and licence texts of the libraries that are inside. */
async function licences(metafiles: (Metafile | undefined)[]): Promise<string> {
  const inputs = metafiles.flatMap((metafile) => Object.keys(metafile?.inputs ?? {}));
  const folders = inputs.flatMap(
    (input) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1] ?? [],
  );
  const texts = [...new Set(folders)].sort().map(async (folder) => {
    const { name, version, license } = JSON.parse(
      await readFile(join(folder, 'package.json'), 'utf8'),
    );
    return `${name} ${version} (${license})\n\n${await licenceText(folder)}`;
  });
  return (await Promise.all(texts)).join(`\n${'-'.repeat(80)}\n`);
}

async function licenceText(folder: string): Promise<string> {
  for (const name of ['LICENSE', 'license', 'LICENSE.md', 'LICENSE.txt', 'LICENCE', 'License']) {
    const text = await readFile(join(folder, name), 'utf8').catch(() => null);
    if (text !== null) return text;
  }
  return '';
}
