export const REDACTED = '[redacted]';

/**
 * What a secret looks like where it may turn up in a text, and how much of it may stay. Sources:
 * hf_… (huggingface.co/docs/hub/security-tokens), rpa_… (Runpod's API keys), ghp_/github_pat_…
 * (docs.github.com, token formats), X-Amz-… and Signature (signed URLs of S3 and CloudFront, which
 * the hub redirects to), RFC 7617/6750 (Authorization), RFC 3986 3.2.1 (user:password@host).
 */
const rules: readonly { pattern: RegExp; replacement: string }[] = [
  { pattern: /\b(?:hf|api_org)_[A-Za-z0-9]{8,}/g, replacement: REDACTED },
  { pattern: /\brpa_[A-Za-z0-9]{8,}/g, replacement: REDACTED },
  {
    pattern: /\b(?:gh[pousr]_[A-Za-z0-9]{16,}|github_pat_\w{16,}|glpat-[\w-]{16,})/g,
    replacement: REDACTED,
  },
  {
    pattern: /((?:proxy-)?authorization["']?\s*[:=]\s*["']?)[^"'\r\n]+/gi,
    replacement: `$1${REDACTED}`,
  },
  { pattern: /\b(bearer\s+)[A-Za-z0-9._~+/=-]{8,}/gi, replacement: `$1${REDACTED}` },
  {
    pattern: /(x-registry-(?:auth|config)["']?\s*[:=]\s*["']?)[^\s"',;]+/gi,
    replacement: `$1${REDACTED}`,
  },
  {
    pattern:
      /\b([A-Z0-9_]*(?:TOKEN|API_KEY|SECRET|PASSWORD|PASSWD)(?:["']?\s*=\s*|["']\s*:\s*)["']?)(?!\[redacted\])[^\s"',;&]+/g,
    replacement: `$1${REDACTED}`,
  },
  {
    pattern:
      /([?&](?:x-amz-[a-z-]+|x-goog-[a-z-]+|signature|sig|policy|key-pair-id|token|access_token|api_key|apikey|auth|password)=)[^&\s"'<>]+/gi,
    replacement: `$1${REDACTED}`,
  },
  // Bounded: an unbounded user part would make a long line without @ quadratic.
  {
    pattern: /\b([a-z][a-z0-9+.-]{0,15}:\/\/)[^\s/@"'<>]{1,512}@/gi,
    replacement: `$1${REDACTED}@`,
  },
];

/** What of the person and the machine shall not be seen either; only for what leaves the machine. */
export interface Private {
  home?: string;
  user?: string;
  host?: string;
  /** Values that are secret whatever they look like: the token itself, as it was given. */
  secrets?: readonly string[];
}

/** Removes tokens, credentials and signatures from a text; with `hide` also home, user and host. */
export function redact(text: string, hide: Private = {}): string {
  let result = text;
  for (const secret of hide.secrets ?? []) {
    if (secret.length >= 4) result = result.replaceAll(secret, REDACTED);
  }
  for (const { pattern, replacement } of rules) result = result.replace(pattern, replacement);
  if (hide.home && hide.home !== '/') result = result.replaceAll(hide.home, '~');
  if (hide.host) result = replaceWord(result, hide.host, '<host>');
  // root is a word of every log, and names nobody.
  if (hide.user && hide.user !== 'root') result = replaceWord(result, hide.user, '<user>');
  return result;
}

function replaceWord(text: string, word: string, by: string): string {
  const escaped = word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return text.replace(new RegExp(`(?<![\\w-])${escaped}(?![\\w-])`, 'g'), by);
}
