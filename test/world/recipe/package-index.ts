import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TinyWheel } from './wheel.ts';

/**
 * A simple index (PEP 503) at /simple/, PyTorch's at /whl/cuXYZ/, and release files at the paths of
 * their real addresses.
 */
export interface PackageIndex {
  port: number;
  close(): Promise<void>;
}

export async function servePackages(
  wheels: TinyWheel[],
  releases: Record<string, Buffer>,
): Promise<PackageIndex> {
  const uv = uvWheel();
  const files = new Map<string, Buffer>([
    ...wheels.map(({ file, bytes }): [string, Buffer] => [file, bytes]),
    ...[uv].map((path): [string, Buffer] => [path.split('/').at(-1) ?? '', readFileSync(path)]),
  ]);
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://x').pathname);
    const release = releases[path];
    const [, local, named] = /^\/(?:simple|whl\/(cu\d+))\/([^/]+)\/?$/.exec(path) ?? [];
    const file = path.startsWith('/files/') ? files.get(path.slice('/files/'.length)) : undefined;
    const found = release ?? file;
    if (found) {
      response.setHeader('Content-Length', found.length);
      response.end(found);
      return;
    }
    const prefix = `${named?.replaceAll('-', '_')}-`;
    // Builds for one CUDA are in its own index alone, as PyTorch has it.
    const here = (name: string) => (local ? name.includes(`+${local}-`) : !name.includes('+cu'));
    const links = [...files.keys()].filter(
      (name) => named && name.startsWith(prefix) && here(name),
    );
    response.statusCode = links.length > 0 ? 200 : 404;
    response.setHeader('Content-Type', 'text/html');
    response.end(
      links.map((name) => `<a href="/files/${encodeURIComponent(name)}">${name}</a>`).join('\n'),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The real uv of docker/python/uv.lock, by this machine's own pip; kept from run to run. */
function uvWheel(): string {
  const lock = readFileSync(join(import.meta.dirname, '../../../docker/python/uv.lock'), 'utf8');
  const version = /^uv==(\S+)/m.exec(lock)?.[1];
  const folder = join(tmpdir(), `steadydancer-test-uv-${version}-${process.getuid?.() ?? 0}`);
  const wheel = () => readdirSync(folder).find((name) => name.endsWith('.whl'));
  if (!existsSync(folder) || !wheel()) {
    mkdirSync(folder, { recursive: true });
    const args = ['-m', 'pip', 'download', '--quiet', '--no-deps', '--only-binary', ':all:'];
    execFileSync('python3', [...args, '--dest', folder, `uv==${version}`], { stdio: 'pipe' });
  }
  return join(folder, wheel() ?? '');
}
