import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHash, createSign } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { unpackPackage } from '../debian-package.ts';

export interface TokenRegistry {
  /** `127.0.0.1:port`: engines speak plain HTTP to loopback registries. */
  host: string;
  /** How often a token was asked for, by scope. */
  asked: string[];
  stop(): Promise<void>;
}

const ISSUER = 'sd-test-tokens';
const SERVICE = 'sd-test-registry';

/**
 * Debian's docker-registry on loopback, which gives nothing without a token, and a token server
 * that gives one to everybody, as Docker Hub does (distribution.github.io/distribution/spec/auth).
 */
export async function startTokenRegistry(): Promise<TokenRegistry | { reason: string }> {
  const unpacked = unpackPackage('docker-registry');
  if ('reason' in unpacked) return unpacked;
  const folder = mkdtempSync(join(tmpdir(), 'sd-registry-'));
  try {
    makeCertificate(folder);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    return { reason: `openssl made no certificate: ${(error as Error).message.split('\n')[0]}` };
  }
  const asked: string[] = [];
  const tokens = await startTokenServer(folder, asked);
  const port = await freePort();
  const host = `127.0.0.1:${port}`;
  const realm = `http://127.0.0.1:${(tokens.address() as AddressInfo).port}/token`;
  writeFileSync(join(folder, 'config.yml'), registryConfig(folder, host, realm));
  const binary = join(unpacked.dir, 'usr', 'bin', 'docker-registry');
  const registry = spawn(binary, ['serve', join(folder, 'config.yml')], { stdio: 'ignore' });
  await untilAnswers(host, registry);
  return {
    host,
    asked,
    async stop() {
      const ended = new Promise((resolve) => registry.once('exit', resolve));
      registry.kill('SIGKILL');
      await ended;
      tokens.closeAllConnections();
      tokens.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function makeCertificate(folder: string): void {
  const paths = ['-keyout', join(folder, 'key.pem'), '-out', join(folder, 'cert.pem')];
  const subject = ['-subj', `/CN=${ISSUER}`, '-days', '2'];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...paths, ...subject], {
    stdio: 'pipe',
  });
}

function registryConfig(folder: string, host: string, realm: string): string {
  return JSON.stringify({
    version: '0.1',
    log: { level: 'error' },
    storage: { filesystem: { rootdirectory: join(folder, 'data') } },
    http: { addr: host },
    auth: {
      token: { realm, service: SERVICE, issuer: ISSUER, rootcertbundle: join(folder, 'cert.pem') },
    },
  });
}

async function startTokenServer(folder: string, asked: string[]): Promise<Server> {
  const key = readFileSync(join(folder, 'key.pem'));
  const certificate = readFileSync(join(folder, 'cert.pem'), 'utf8')
    .replace(/-----[^-]+-----/g, '')
    .replace(/\s/g, '');
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on('end', () => {
      // GET with a query, or POST with a form (OAuth2).
      const query = new URL(request.url ?? '/', 'http://x').searchParams;
      const form = new URLSearchParams(body);
      const scopes = [...query.getAll('scope'), ...form.getAll('scope')].flatMap((s) =>
        s.split(' '),
      );
      asked.push(...scopes);
      const token = signToken(key, certificate, scopes);
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ token, access_token: token, expires_in: 300 }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

function signToken(key: Buffer, certificate: string, scopes: string[]): string {
  const now = Math.floor(Date.now() / 1000);
  const access = scopes.flatMap((scope) => {
    const [, type, name, actions] = /^(\w+):(.+):([\w,*]+)$/.exec(scope) ?? [];
    return type && name && actions ? [{ type, name, actions: actions.split(',') }] : [];
  });
  const claims = {
    ...{ iss: ISSUER, aud: SERVICE, sub: '', access },
    ...{ iat: now, nbf: now - 10, exp: now + 300 },
    jti: createHash('sha256').update(`${now} ${scopes.join()}`).digest('hex').slice(0, 16),
  };
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ typ: 'JWT', alg: 'RS256', x5c: [certificate] })}.${part(claims)}`;
  return `${signed}.${createSign('RSA-SHA256').update(signed).sign(key).toString('base64url')}`;
}

async function freePort(): Promise<number> {
  const server = createTcpServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function untilAnswers(host: string, registry: ChildProcess): Promise<void> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const answer = await fetch(`http://${host}/v2/`).catch(() => null);
    if (answer?.status === 401) return;
    if (registry.exitCode !== null) throw new Error(`docker-registry ended: ${registry.exitCode}`);
    if (Date.now() > deadline) throw new Error('docker-registry does not answer');
    await delay(100);
  }
}
