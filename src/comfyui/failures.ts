import { Failure } from '../contract/failure.ts';

const tlsCodes = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_HAS_EXPIRED',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

/** What a request was about, for the sentence of its failure. */
export interface Asked {
  baseUrl: string;
  method: string;
  path: string;
  timeoutMs: number;
}

/** An error of the connection as a Failure. What is one already, or is no error of a connection, stays. */
export function connectionFailure(error: unknown, asked: Asked): unknown {
  if (error instanceof Failure) return error;
  const { code, message } = rootCause(error);
  const proof = code ? `${code}: ${message}` : message;
  const at = asked.baseUrl;
  if (isTimeout(error, code)) {
    return new Failure(
      {
        code: 'comfyui-timeout',
        sentence: `The server at ${at} gave no answer to ${asked.method} ${asked.path} in ${asked.timeoutMs / 1000} s.`,
        proof,
      },
      { cause: error },
    );
  }
  if (tlsCodes.has(code)) {
    return new Failure(
      {
        code: 'comfyui-tls',
        sentence: `The certificate of ${at} is not trusted here.`,
        proof,
        cause: 'The certificate is self-signed, has expired, or belongs to another name.',
      },
      { cause: error },
    );
  }
  if (speaksNoHttp(error, code)) {
    return new Failure(
      {
        code: 'comfyui-not-comfyui',
        sentence: `What answers at ${at} does not speak HTTP; ComfyUI does.`,
        proof,
      },
      { cause: error },
    );
  }
  if (code === 'EPROTO' || code.startsWith('ERR_SSL_')) {
    return new Failure(
      {
        code: 'comfyui-tls',
        sentence: `What answers at ${at} does not speak TLS; the address may begin with http://.`,
        proof,
        cause: 'The address begins with https:// and the server knows http:// only.',
      },
      { cause: error },
    );
  }
  if (!code) return error;
  return new Failure(
    {
      code: 'comfyui-unreachable',
      sentence: `Nothing answers at ${at}: ${reason(code)}.`,
      proof,
    },
    { cause: error },
  );
}

/** The failure of an answer that ComfyUI does not give: a proxy's page, a refusal, a crash. */
export function answerFailure(
  asked: Asked,
  answer: { status: number; type: string; text: string },
): Failure {
  const { status, text } = answer;
  const proof = `HTTP ${status} ${firstLine(text)}`.trim();
  const what = `${asked.method} ${asked.path}`;
  const failure = (code: string, sentence: string) => new Failure({ code, sentence, proof });
  if (status === 401 || status === 403) {
    return failure('comfyui-auth', `The server at ${asked.baseUrl} wants to know who asks.`);
  }
  if (status === 413) {
    return failure('comfyui-upload-too-large', `The server takes no file of this size (${what}).`);
  }
  if (isHtml(answer)) {
    return failure(
      'comfyui-proxy-page',
      `${asked.baseUrl} answered ${what} with a web page: a proxy or another program is in between.`,
    );
  }
  if (status >= 500) {
    return failure('comfyui-server-error', `The server broke at ${what} (HTTP ${status}).`);
  }
  return failure(
    'comfyui-not-comfyui',
    `What answers at ${asked.baseUrl} does not speak ComfyUI's API (${what}).`,
  );
}

export function answerTooLarge(asked: Asked, maxBytes: number): Failure {
  return new Failure({
    code: 'comfyui-answer-too-large',
    sentence: `The answer to ${asked.method} ${asked.path} is larger than ${(maxBytes / 1e6).toFixed(0)} MB.`,
  });
}

function isHtml(answer: { type: string; text: string }): boolean {
  return answer.type.includes('html') || /^\s*<(!doctype|html)/i.test(answer.text);
}

function firstLine(text: string): string {
  const plain = text.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');
  return plain.trim().slice(0, 200);
}

function rootCause(error: unknown): { code: string; message: string } {
  let current = error;
  for (let depth = 0; depth < 5 && current instanceof Error; depth += 1) {
    const inner = current instanceof AggregateError ? current.errors[0] : current.cause;
    if (inner instanceof Error && !codeOf(current)) current = inner;
    else break;
  }
  const message = current instanceof Error ? current.message : String(current);
  return { code: codeOf(current), message };
}

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : '';
}

function isTimeout(error: unknown, code: string): boolean {
  if (error instanceof Error && error.name === 'TimeoutError') return true;
  return ['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'UND_ERR_CONNECT_TIMEOUT'].includes(
    code,
  );
}

/** undici's parser gives up: its errors have a name and, some of them, no code (undici 8 client-h1.js). */
function speaksNoHttp(error: unknown, code: string): boolean {
  const names = [error, (error as { cause?: unknown } | null)?.cause].map((one) =>
    one instanceof Error ? one.name : '',
  );
  const codes = ['UND_ERR_HEADERS_OVERFLOW', 'ERR_ASSERTION'];
  return names.includes('HTTPParserError') || code.startsWith('HPE_') || codes.includes(code);
}

function reason(code: string): string {
  switch (code) {
    case 'ECONNREFUSED':
      return 'the port is closed';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'the name is not known';
    case 'ECONNRESET':
    case 'UND_ERR_SOCKET':
    case 'EPIPE':
      return 'the connection was cut';
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return 'there is no way to that network';
    default:
      return code;
  }
}
