import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { unpackPackage } from '../debian-package.ts';
import { freePort } from '../program.ts';

export interface PlainRegistry {
  /** `127.0.0.1:port`: engines speak plain HTTP to loopback registries. */
  host: string;
  /** Digest of a tag as the registry itself names it; null where it has none. */
  digest(repository: string, tag: string): Promise<string | null>;
  stop(): Promise<void>;
}

/** The one who may write where a login is asked for. */
export const LOGIN = { user: 'somebody', password: 'correct-horse' };
/** bcrypt of that password, by crypt(5). */
const HTPASSWD = `${LOGIN.user}:$2b$05$abcdefghijklmnopqrstuuZ0Fx87Pb/Aqb0E90lfvCwzXnaFKUHpS\n`;

/** Debian's docker-registry on loopback, open or with a basic login; or why there is none. */
export async function startPlainRegistry({
  login = false,
} = {}): Promise<PlainRegistry | { reason: string }> {
  const unpacked = unpackPackage('docker-registry');
  if ('reason' in unpacked) return unpacked;
  const folder = mkdtempSync(join(tmpdir(), 'sd-registry-'));
  const host = `127.0.0.1:${await freePort()}`;
  const passwords = join(folder, 'htpasswd');
  writeFileSync(passwords, HTPASSWD);
  const config = {
    version: '0.1',
    log: { level: 'error' },
    storage: { filesystem: { rootdirectory: join(folder, 'data') } },
    http: { addr: host },
    ...(login ? { auth: { htpasswd: { realm: 'test', path: passwords } } } : {}),
  };
  writeFileSync(join(folder, 'config.yml'), JSON.stringify(config));
  const binary = join(unpacked.dir, 'usr', 'bin', 'docker-registry');
  const registry = spawn(binary, ['serve', join(folder, 'config.yml')], { stdio: 'ignore' });
  const authorization = `Basic ${Buffer.from(`${LOGIN.user}:${LOGIN.password}`).toString('base64')}`;
  const headers = login ? { authorization } : {};
  await untilAnswers(host, registry);
  return {
    host,
    async digest(repository, tag) {
      const accept = 'application/vnd.docker.distribution.manifest.v2+json';
      const url = `http://${host}/v2/${repository}/manifests/${tag}`;
      const answer = await fetch(url, { method: 'HEAD', headers: { accept, ...headers } });
      return answer.headers.get('docker-content-digest');
    },
    async stop() {
      const ended = new Promise((resolve) => registry.once('exit', resolve));
      registry.kill('SIGKILL');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function untilAnswers(host: string, registry: ChildProcess): Promise<void> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const answer = await fetch(`http://${host}/v2/`).catch(() => null);
    if (answer) return;
    if (registry.exitCode !== null) throw new Error(`docker-registry ended: ${registry.exitCode}`);
    if (Date.now() > deadline) throw new Error('docker-registry does not answer');
    await delay(50);
  }
}
