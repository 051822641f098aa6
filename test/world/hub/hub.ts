// A stand-in for the Hugging Face hub and its CDN: two HTTP servers on loopback.
// Headers and API as huggingface_hub reads them (file_download.py, constants.py: X-Linked-Size,
// X-Linked-Etag, X-Repo-Commit on the redirect; hf_api.py list_repo_tree, paged by a Link header).
import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerFile } from './answer.ts';
import { calm, type Schedule } from './faults.ts';

export interface HubFile {
  repo: string;
  path: string;
  size: number;
  sha256: string;
  /** Bytes [start, end). */
  read(start: number, end: number): Buffer;
  /** Kept in large file storage: redirected to the CDN, with X-Linked headers. Default true. */
  lfs?: boolean;
  /** Only for those who bring this token. */
  gatedBy?: string;
}

export interface SeenRequest {
  server: 'hub' | 'cdn';
  url: string;
  range: string | null;
  authorization: string | null;
  userAgent: string | null;
}

export interface HubOptions {
  files: HubFile[];
  schedule?: Schedule;
  commit?: string;
  /** Bytes per second of each connection to the CDN; unlimited by default. */
  bytesPerSecond?: number;
  /** Without the CDN: the hub answers with the file itself, as mirrors and our own server do. */
  direct?: boolean;
  /** Answers 401 to everybody without this token, whatever the file. */
  wantsToken?: string;
  /** Leaves the X-Linked and X-Repo headers out, as plain web servers do. */
  plain?: boolean;
}

export interface Hub {
  url: string;
  cdnUrl: string;
  requests: SeenRequest[];
  /** Body bytes that were handed to the network. */
  sentBytes(): number;
  /** Most requests that were being answered by the CDN at the same time. */
  mostAtOnce(): number;
  close(): Promise<void>;
}

export const COMMIT = '0123456789abcdef0123456789abcdef01234567';

/** A file of the stand-in from its bytes. */
export function hubFile(repo: string, path: string, content: Buffer): HubFile {
  return {
    repo,
    path,
    size: content.length,
    sha256: createHash('sha256').update(content).digest('hex'),
    read: (start, end) => content.subarray(start, end),
  };
}

export async function startHub(options: HubOptions): Promise<Hub> {
  const schedule = options.schedule ?? calm;
  const commit = options.commit ?? COMMIT;
  const requests: SeenRequest[] = [];
  const signed = new Map<string, { file: HubFile; uses: number }>();
  let sent = 0;
  let atOnce = 0;
  let mostAtOnce = 0;
  const remember = (server: 'hub' | 'cdn', request: IncomingMessage): number => {
    requests.push({
      server,
      url: request.url ?? '',
      range: request.headers.range ?? null,
      authorization: request.headers.authorization ?? null,
      userAgent: request.headers['user-agent'] ?? null,
    });
    return requests.length - 1;
  };
  const body = (
    request: IncomingMessage,
    response: ServerResponse,
    file: HubFile,
    n: number,
    headers: Record<string, string> = {},
  ) => {
    atOnce += 1;
    mostAtOnce = Math.max(mostAtOnce, atOnce);
    response.once('close', () => {
      atOnce -= 1;
    });
    answerFile({
      request,
      response,
      file,
      schedule,
      n,
      headers,
      ...(options.bytesPerSecond ? { bytesPerSecond: options.bytesPerSecond } : {}),
      sent: (bytes) => {
        sent += bytes;
      },
    });
  };

  const cdn = createServer((request, response) => {
    const n = remember('cdn', request);
    const url = new URL(request.url ?? '/', 'http://cdn');
    const grant = signed.get(url.searchParams.get('Signature') ?? '');
    if (!grant || grant.uses <= 0) {
      response.writeHead(403, { 'content-type': 'application/xml' });
      response.end(
        '<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>',
      );
      return;
    }
    grant.uses -= 1;
    body(request, response, grant.file, n);
  });
  const cdnUrl = await listen(cdn);

  const hub = createServer((request, response) => {
    const n = remember('hub', request);
    const url = new URL(request.url ?? '/', 'http://hub');
    if (options.wantsToken && request.headers.authorization !== `Bearer ${options.wantsToken}`) {
      response.writeHead(401).end('Unauthorized');
      return;
    }
    const tree = /^\/api\/models\/([^/]+\/[^/]+)\/tree\/([^/]+)$/.exec(url.pathname);
    if (tree) return answerTree(response, url, tree[1] ?? '', options.files, hubUrl);
    const resolved = /^\/([^/]+\/[^/]+)\/resolve\/([^/]+)\/(.+)$/.exec(url.pathname);
    const path = decodeURIComponent(resolved?.[3] ?? '');
    const file = options.files.find((one) => one.repo === resolved?.[1] && one.path === path);
    if (!file) {
      response.writeHead(404, { 'x-error-code': 'EntryNotFound' }).end('Entry not found');
      return;
    }
    if (file.gatedBy && request.headers.authorization !== `Bearer ${file.gatedBy}`) {
      const known = request.headers.authorization !== undefined;
      response
        .writeHead(known ? 403 : 401, { 'x-error-code': 'GatedRepo' })
        .end('Access is restricted');
      return;
    }
    const replaced =
      schedule.permanent.kind === 'replaced' && n >= schedule.permanent.from
        ? 'f'.repeat(64)
        : null;
    const linked: Record<string, string> = options.plain
      ? {}
      : {
          'x-repo-commit': commit,
          'x-linked-size': String(file.size),
          'x-linked-etag': `"${replaced ?? file.sha256}"`,
        };
    if (options.direct || file.lfs === false) return body(request, response, file, n, linked);
    const status = statusOfHub(schedule, n);
    if (status !== null) {
      response.writeHead(status, { 'content-type': 'text/plain' }).end('no');
      return;
    }
    const signature = randomUUID();
    signed.set(signature, { file, uses: schedule.signedUses });
    const location =
      schedule.permanent.kind === 'loop' && n >= schedule.permanent.from
        ? `${hubUrl}${request.url}`
        : `${cdnUrl}/repos/${file.sha256}?Expires=1&Signature=${signature}`;
    response.writeHead(302, { ...linked, location }).end();
  });
  const hubUrl = await listen(hub);

  return {
    url: hubUrl,
    cdnUrl,
    requests,
    sentBytes: () => sent,
    mostAtOnce: () => mostAtOnce,
    close: async () => {
      await Promise.all([close(hub), close(cdn)]);
    },
  };
}

/** Faults that the hub itself answers with; those of bodies are the CDN's. */
function statusOfHub(schedule: Schedule, n: number): number | null {
  const { permanent } = schedule;
  if (permanent.kind === 'status' && n >= permanent.from) return permanent.status;
  const fault = schedule.fault(n);
  // 401, 403 and 404 of the hub are final: only passing ones belong in a schedule.
  return fault?.kind === 'status' && fault.status >= 429 ? fault.status : null;
}

function answerTree(
  response: ServerResponse,
  url: URL,
  repo: string,
  files: HubFile[],
  hubUrl: string,
): void {
  const pageSize = 2;
  const start = Number(url.searchParams.get('cursor') ?? 0);
  const entries = files
    .filter((file) => file.repo === repo)
    .map((file) => ({
      type: 'file',
      oid: file.sha256.slice(0, 40),
      size: file.size,
      path: file.path,
      ...(file.lfs === false
        ? {}
        : { lfs: { oid: file.sha256, size: file.size, pointerSize: 135 } }),
    }));
  if (entries.length === 0) {
    response
      .writeHead(404, { 'x-error-code': 'RepoNotFound' })
      .end('{"error":"Repository not found"}');
    return;
  }
  const next = start + pageSize;
  response.writeHead(200, {
    'content-type': 'application/json',
    ...(next < entries.length
      ? { link: `<${hubUrl}${url.pathname}?recursive=true&cursor=${next}>; rel="next"` }
      : {}),
  });
  response.end(JSON.stringify(entries.slice(start, next)));
}

async function listen(server: Server): Promise<string> {
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}
