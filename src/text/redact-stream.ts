import { redact } from './redact.ts';

/** A line that never ends is let go in pieces; a secret across two of them is still seen whole. */
const MOST_HELD = 64 * 1024;
/** Longer than any secret, and than any rule's words before it. */
const OVERLAP = 4 * 1024;

/** Cheap: true for every text in which redact() may find something, and for few others. */
const SUSPICIOUS =
  /hf_|api_org_|rpa_|gh[pousr]_|github_pat_|glpat-|authorization|bearer|x-registry-|token|api_key|secret|passw|[?&][\w-]+=|:\/\/[^\s/]*@/i;

/**
 * Takes secrets out of a stream of bytes, wherever the stream was split: what is not yet a whole line
 * is held back as long as it could be part of one. All other bytes stay as they are.
 */
export class SecretFilter {
  /** As the bytes of their UTF-8 stand in a latin1 text, the longest first. */
  readonly #secrets: readonly string[];
  readonly #oneWord: boolean;
  #held = '';

  constructor(secrets: readonly string[]) {
    const forms = secrets
      .filter((secret) => secret.length >= 4)
      .flatMap((secret) => [secret, encodeURIComponent(secret)]);
    this.#secrets = [...new Set(forms)]
      .map((form) => Buffer.from(form).toString('latin1'))
      .sort((a, b) => b.length - a.length);
    this.#oneWord = !this.#secrets.some((secret) => /\s/.test(secret));
  }

  /** What of the stream so far can be shown. */
  push(chunk: Uint8Array): Uint8Array {
    const text =
      this.#held + Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length).toString('latin1');
    const lines = Math.max(text.lastIndexOf('\n'), text.lastIndexOf('\r')) + 1;
    const sure = Math.max(lines, this.#sureUntil(text, lines));
    if (this.#held === '' && text.length - sure <= MOST_HELD) {
      this.#held = text.slice(sure);
      const shown = text.slice(0, sure);
      // A latin1 character is a byte: nothing has to be made anew.
      return this.#suspicious(shown) ? this.#clean(shown) : chunk.subarray(0, sure);
    }
    if (text.length - sure <= MOST_HELD) {
      this.#held = text.slice(sure);
      return this.#clean(text.slice(0, sure));
    }
    const cut = this.#cutBefore(text, text.length - OVERLAP);
    this.#held = text.slice(cut);
    return this.#clean(text.slice(0, cut));
  }

  /** The rest. */
  end(): Uint8Array {
    const rest = this.#held;
    this.#held = '';
    return this.#clean(rest);
  }

  /** A prompt has no line end: its words come at once where nothing in the line is suspicious. */
  #sureUntil(text: string, from: number): number {
    if (from === text.length || !this.#oneWord) return from;
    const open = text.slice(from);
    if (open.length > MOST_HELD || SUSPICIOUS.test(open)) return from;
    return from + Math.max(open.lastIndexOf(' '), open.lastIndexOf('\t')) + 1;
  }

  /** A place at or before `at` that is not inside something secret. */
  #cutBefore(text: string, at: number): number {
    let cut = at;
    while (cut > OVERLAP) {
      const around = text.slice(cut - OVERLAP, cut + OVERLAP);
      if (!this.#suspicious(around) || this.#redacted(around) === around) return cut;
      cut -= OVERLAP;
    }
    return at;
  }

  #clean(text: string): Uint8Array {
    const clean = this.#suspicious(text) ? this.#redacted(text) : text;
    return Buffer.from(clean, 'latin1');
  }

  #suspicious(text: string): boolean {
    return SUSPICIOUS.test(text) || this.#secrets.some((secret) => text.includes(secret));
  }

  #redacted(text: string): string {
    return redact(text, { secrets: this.#secrets });
  }
}
