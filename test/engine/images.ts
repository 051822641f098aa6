// Tiny images for tests: no network, no base image, no compiler. The image holds this machine's own
// Node binary with the libraries that it links, and one script that is the container's program.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import Dockerode from 'dockerode';
import { pack } from 'tar-stream';

export interface TinyImage {
  ref: string;
  id: string;
}

/** The engine that test/engine/setup.ts found or started. */
export function testDocker(): Dockerode {
  const host = process.env.DOCKER_HOST ?? '';
  return new Dockerode({ socketPath: host.replace(/^unix:\/\//, '') });
}

/**
 * Builds (once; the tag is the content's digest) an image `FROM scratch` whose program is `script`.
 * Any uid may run it, with a read-only root and without capabilities.
 * @param script source of a CommonJS module; `process.argv[2]` on is the container's Cmd
 */
export async function tinyImage(
  docker: Dockerode,
  script: string,
  imageLabels: Record<string, string> = {},
): Promise<TinyImage> {
  const base = await nodeImage(docker);
  const lines = [
    `FROM ${base.ref}`,
    ...Object.entries(imageLabels).map(([name, value]) => `LABEL ${name}=${JSON.stringify(value)}`),
    'COPY program.cjs /program.cjs',
    'ENTRYPOINT ["/node", "/program.cjs"]',
  ];
  return build(docker, 'steadydancer-test-tiny', {
    Dockerfile: lines.join('\n'),
    'program.cjs': script,
  });
}

/** Node and its libraries alone, at /node. */
export async function nodeImage(docker: Dockerode): Promise<TinyImage> {
  const files: Record<string, string | Buffer> = {
    Dockerfile: 'FROM scratch\nCOPY root/ /\n',
    'root/node': readFileSync(process.execPath),
    // node:os userInfo() and friends work without it; a uid without a name is what is tested.
  };
  for (const library of linkedLibraries()) files[`root${library}`] = readFileSync(library);
  return build(docker, 'steadydancer-test-node', files);
}

function linkedLibraries(): string[] {
  const report = process.report as unknown as {
    excludeNetwork: boolean;
    getReport(): { sharedObjects: string[] };
  };
  report.excludeNetwork = true;
  return report
    .getReport()
    .sharedObjects.filter(
      (path) => path.startsWith('/') && path !== process.execPath && !path.endsWith('.node'),
    );
}

async function build(
  docker: Dockerode,
  name: string,
  files: Record<string, string | Buffer>,
): Promise<TinyImage> {
  const hash = createHash('sha256');
  for (const [path, content] of Object.entries(files)) hash.update(`${path}\0`).update(content);
  const ref = `${name}:${hash.digest('hex').slice(0, 16)}`;
  const there = await docker
    .getImage(ref)
    .inspect()
    .catch(() => null);
  if (there) return { ref, id: there.Id };
  const tar = pack();
  const added = (async () => {
    for (const [path, content] of Object.entries(files)) {
      const bytes = Buffer.from(content);
      await new Promise<void>((resolve, reject) => {
        tar.entry(
          { name: path, mode: 0o755, size: bytes.length, mtime: new Date(0) },
          bytes,
          (error) => (error ? reject(error) : resolve()),
        );
      });
    }
    tar.finalize();
  })();
  // The classic builder: there in every engine, and needs no session.
  const stream = await docker.buildImage(tar as unknown as NodeJS.ReadableStream, {
    t: ref,
    version: '1',
  });
  let said = '';
  for await (const chunk of stream) said += chunk.toString();
  await added;
  if (said.includes('"errorDetail"')) throw new Error(`the test image did not build: ${said}`);
  return { ref, id: (await docker.getImage(ref).inspect()).Id };
}
