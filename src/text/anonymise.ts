import { isIPv6 } from 'node:net';
import { REDACTED, redact } from './redact.ts';

/** What names the person and the machine, and what is secret whatever it looks like. */
export interface Hidden {
  /** Home folders, the longest first where one lies in another. */
  homes: readonly string[];
  users: readonly string[];
  hosts: readonly string[];
  secrets: readonly string[];
}

interface Rule {
  pattern: RegExp;
  by: string | ((match: string, ...groups: string[]) => string);
}

const kept4 = /^(?:127\.|0\.0\.0\.0$|255\.)/;

/** 127.0.0.1 names nobody; a version with four parts is one only where pip or a wheel writes it. */
function hideAddress4(match: string, before: string, address: string, after: string): string {
  const parts = address.split('.').map(Number);
  const version =
    before === '==' || (/^[\w]-$/.test(before) && /^(?:-(?:py|cp)|\.tar)/.test(after));
  if (version || kept4.test(address) || parts.some((part) => part > 255)) return match;
  return `${before}<ip>${after}`;
}

function hideAddress6(match: string): string {
  return match !== '::' && match !== '::1' && isIPv6(match.replace(/%.*$/, '')) ? '<ip>' : match;
}

/**
 * Beside what redact() knows. Sources: RFC 3986 3.4 (a query is where addresses are signed), RFC 7468
 * (private keys), RFC 7519 (JWT: both parts begin with `{"` in base64), docs.docker.com (dckr_pat_),
 * AWS IAM identifiers (AKIA, ASIA), api.slack.com (xox…), platform.openai.com (sk-…), pypi.org
 * (pypi-AgE…), NVIDIA driver (GPU-uuid).
 */
const rules: readonly Rule[] = [
  {
    pattern:
      /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[\s\S]{0,20000}?(?:-----END [A-Z ]{0,30}-----|$)/g,
    by: REDACTED,
  },
  { pattern: /\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?/g, by: REDACTED },
  {
    pattern:
      /\b(?:dckr_pat_|npm_|pypi-AgE|xox[abeprs]-|sk-|glpat-|AKIA|ASIA|AIza|ya29\.)[\w-]{12,}/g,
    by: REDACTED,
  },
  {
    pattern:
      /((?:^|[^a-z])[\w-]{0,40}(?:token|secret|passw(?:or)?d|passphrase|api[_-]?key|access[_-]?key|credentials?)["']?\s{0,3}[:=]\s{0,3}["']?)(?!\[redacted\])[^\s"',;&]+/gi,
    by: `$1${REDACTED}`,
  },
  {
    pattern: /(--?(?:token|password|passwd|api-key|secret|user|u)[ =])(?!\[redacted\])[^\s"']+/gi,
    by: `$1${REDACTED}`,
  },
  {
    pattern: /(\b[a-z][a-z0-9+.-]{0,15}:\/\/[^\s?"'<>]{1,2000})\?[^\s"'<>]+/gi,
    by: `$1?${REDACTED}`,
  },
  { pattern: /\b(?!git@)[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}\b/g, by: '<email>' },
  { pattern: /(\/(?:home|Users)\/)[^/\s"':;,]+/g, by: '$1<user>' },
  { pattern: /([A-Za-z]:\\{1,2}Users\\{1,2})[^\\\s"':;,]+/g, by: '$1<user>' },
  { pattern: /(\/mnt\/[a-z]\/Users\/)[^/\s"':;,]+/gi, by: '$1<user>' },
  { pattern: /\b(?:GPU|MIG)-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi, by: '<gpu-id>' },
  { pattern: /\b(?:[0-9a-f]{2}:){5}[0-9a-f]{2}\b/gi, by: '<mac>' },
  {
    pattern: /(==|\w-|)(?<![\d.])(\d{1,3}(?:\.\d{1,3}){3})(?![\d]|\.\d)(-(?:py|cp)|\.tar|)/g,
    by: hideAddress4,
  },
  {
    pattern: /(?<![\w:.])[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}(?:%\w+)?(?![\w:])/gi,
    by: hideAddress6,
  },
];

/**
 * A text as it may leave the machine: without secrets, and without what names the person, the
 * machine or its network. Hides too much rather than too little.
 */
export function anonymise(text: string, hidden: Hidden): string {
  let result = text;
  for (const secret of hidden.secrets) {
    for (const form of formsOf(secret)) result = result.replaceAll(form, REDACTED);
  }
  for (const home of hidden.homes) result = result.replaceAll(home, '~');
  result = redact(result);
  for (const { pattern, by } of rules) {
    result = typeof by === 'string' ? result.replace(pattern, by) : result.replace(pattern, by);
  }
  for (const host of hidden.hosts) result = withoutName(result, host, '<host>', true);
  for (const user of hidden.users) result = withoutName(result, user, '<user>', false);
  return result;
}

/** The same for every string of a JSON value, keys included; what a key calls a secret is one. */
export function anonymiseDeep(value: unknown, hidden: Hidden): unknown {
  if (typeof value === 'string') return anonymise(value, hidden);
  if (Array.isArray(value)) return value.map((item) => anonymiseDeep(item, hidden));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      anonymise(key, hidden),
      typeof item === 'string' && item !== '' && secretName.test(key)
        ? REDACTED
        : anonymiseDeep(item, hidden),
    ]),
  );
}

/** What a variable or a key is called that holds a secret. */
export const secretName =
  /token|secret|passw|passphrase|api[_-]?key|access[_-]?key|private[_-]?key|credential|authorization|\bauth\b|cookie/i;

/** As it stands, in JSON, in an address, and as the basic auth of RFC 7617 carries it. */
function formsOf(secret: string): string[] {
  if (secret.length < 4) return [];
  const forms = [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
    Buffer.from(secret).toString('base64').replace(/=+$/, ''),
  ];
  return [...new Set(forms)].sort((a, b) => b.length - a.length);
}

function withoutName(text: string, name: string, by: string, domain: boolean): string {
  const escaped = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const rest = domain ? '(?:\\.[a-z][\\w-]*)*' : '';
  return text.replace(new RegExp(`(?<![a-z0-9])${escaped}${rest}(?![a-z0-9])`, 'gi'), by);
}
