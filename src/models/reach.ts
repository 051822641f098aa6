import type { Failure } from '../contract/failure.ts';
import { modelsFailure } from './failures.ts';
import { withoutQuery } from './hub-access.ts';
import type { NetworkError } from './web.ts';

/** Why there was no connection; null where there was one, and it broke or went silent. */
type NoConnection = 'refused' | 'no-way' | 'unknown-name' | 'in-time' | 'untrusted';

/** Codes of libuv (`man 3 errno`, getaddrinfo), undici and OpenSSL's verification as Node names it. */
const WHY: readonly (readonly [RegExp, NoConnection])[] = [
  [/^ECONNREFUSED$/, 'refused'],
  [/^(EHOSTUNREACH|ENETUNREACH|ENETDOWN|EHOSTDOWN|EADDRNOTAVAIL)$/, 'no-way'],
  [/^(ENOTFOUND|EAI_\w+)$/, 'unknown-name'],
  [/^(UND_ERR_CONNECT_TIMEOUT|ETIMEDOUT)$/, 'in-time'],
  [/^(CERT_\w+|\w*SELF_SIGNED\w*|UNABLE_TO_\w+|ERR_TLS_CERT_ALTNAME_INVALID)$/, 'untrusted'],
];

const WORDS: Record<NoConnection, string> = {
  refused: 'it refuses the connection',
  'no-way': 'there is no way to it',
  'unknown-name': 'its name is not known here',
  'in-time': 'no connection came about in time',
  untrusted: 'its certificate is not trusted here',
};

/**
 * Tries at a host that never answered in this pull: with the usual waits, about 15 s where it refuses
 * at once, 30 s where each try takes its 10 s. A host that has answered gets the long patience.
 */
const TRIES: Record<NoConnection, number> = {
  refused: 6,
  'no-way': 6,
  'unknown-name': 6,
  'in-time': 3,
  untrusted: 2,
};

/** Which hosts answered during one pull, and which were given up without a word from them. */
export class Reach {
  readonly #answered = new Set<string>();
  readonly #givenUp = new Map<string, Failure>();

  answered(url: URL): void {
    this.#answered.add(url.host);
    this.#givenUp.delete(url.host);
  }

  /** Other files of that host need not wait for it again. */
  givenUp(url: URL): Failure | null {
    return this.#givenUp.get(url.host) ?? null;
  }

  /** How often to try after this error; null: as often as the limits say. */
  tries(error: NetworkError): number | null {
    const why = noConnection(error);
    if (why === null) return null;
    if (why !== 'untrusted' && this.#answered.has(error.url.host)) return null;
    return TRIES[why];
  }

  /** Its tries are over. */
  giveUp(error: NetworkError, failure: Failure): void {
    if (noConnection(error) === null || this.#answered.has(error.url.host)) return;
    this.#givenUp.set(error.url.host, failure);
  }
}

/** What an error of the network is for a person, once there were enough of it. */
export function networkFailure(file: string, error: NetworkError): Failure {
  const { host } = error.url;
  const why = noConnection(error);
  const proof = `${withoutQuery(error.url)}: ${error.message}`;
  if (why === 'untrusted') {
    const fix = 'Give the certificate authority of your network, then start again';
    return modelsFailure('models-certificate', `The certificate of ${host} is not trusted here.`, {
      proof,
      fixes: [{ label: fix, command: 'export NODE_EXTRA_CA_CERTS=/path/to/authority.pem' }],
    });
  }
  const look =
    'Look at the network, the proxy and HF_ENDPOINT, then start again: what came is kept';
  const fixes = [{ label: look }];
  if (why !== null) {
    const sentence = `No answer from ${host}: ${WORDS[why]}.`;
    return modelsFailure('models-no-answer', sentence, { proof, fixes });
  }
  return error.stalled
    ? modelsFailure('models-stalled', `The source of ${file} has gone silent.`, { proof })
    : modelsFailure(
        'models-network',
        `The connection to the source of ${file} breaks again and again.`,
        { proof, fixes },
      );
}

/** The same while it is tried again. */
export function networkTrouble(error: NetworkError): string {
  const { host } = error.url;
  const why = noConnection(error);
  if (why !== null) return `no answer from ${host} (${WORDS[why]})`;
  return error.stalled ? `${host} has gone silent` : `the connection to ${host} broke`;
}

/** The code may be that of what lies beneath: a proxy's agent wraps it. */
function noConnection(error: NetworkError): NoConnection | null {
  for (let at: unknown = error.cause, depth = 0; at instanceof Error && depth < 4; depth += 1) {
    const code = String((at as NodeJS.ErrnoException).code);
    const found = WHY.find(([pattern]) => pattern.test(code));
    if (found) return found[1];
    at = at.cause;
  }
  return null;
}
