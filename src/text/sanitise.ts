import { colourOnly } from './sgr.ts';
import {
  type ControlState,
  ground,
  startControl,
  startsControl,
  stepControl,
} from './terminal-controls.ts';

/** Longest line that is kept, in UTF-16 units; the rest is cut with a mark. */
export const MAX_LINE_CHARS = 4_096;
export const CUT_MARK = ' … (line cut)';
const SGR_RESET = '\x1b[0m';
const TAB_STOP = 8;

/**
 * Characters that no log needs: format characters (bidi, zero width, tags, soft hyphen) and
 * variation selectors, which change width or order without showing.
 */
const INVISIBLE = /\p{Cf}|\u034f|\p{Variation_Selector}/gu;
const SEPARATORS = /[\u2028\u2029]/g;
/** A run without C0, DEL and C1, which are the only characters with a meaning of their own. */
const RUN = /[^\x00-\x1f\x7f-\x9f]+/y;

/**
 * Makes lines out of a stream of bytes, with nothing left in them that could do more than colour:
 * no OSC, no CSI but SGR colours, no C1, no bidi or zero-width controls. A carriage return
 * replaces the line, so that a progress bar is one line. The result does not depend on where the
 * stream was split. Work and memory are linear; a line is kept up to `maxChars`.
 */
export class LineSanitiser {
  readonly #decoder = new TextDecoder('utf-8');
  readonly #maxChars: number;
  #state: ControlState = ground;
  #parts: string[] = [];
  #length = 0;
  #column = 0;
  #cut = false;
  #coloured = false;
  #returned = false;

  constructor(maxChars: number = MAX_LINE_CHARS) {
    this.#maxChars = maxChars;
  }

  /** The lines that this chunk completed. */
  push(chunk: Uint8Array | string): string[] {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    return this.#read(this.#decoder.decode(bytes, { stream: true }));
  }

  /** The line that has no end yet, '' when there is none. */
  current(): string {
    return this.#text();
  }

  /** The last line, when it had no end. */
  end(): string[] {
    const lines = this.#read(this.#decoder.decode());
    const rest = this.#text();
    const open = this.#length > 0 || this.#cut;
    this.#clear();
    this.#state = ground;
    return open ? [...lines, rest] : lines;
  }

  #read(text: string): string[] {
    const lines: string[] = [];
    let at = 0;
    while (at < text.length) {
      if (this.#state.kind !== 'ground') {
        at += this.#control(text[at] as string);
        continue;
      }
      RUN.lastIndex = at;
      const run = RUN.exec(text)?.[0];
      if (run !== undefined) {
        this.#show(run.replace(INVISIBLE, '').replace(SEPARATORS, ' '));
        at += run.length;
        continue;
      }
      this.#single(text[at] as string, lines);
      at += 1;
    }
    return lines;
  }

  /** Returns how many characters it used: 0 when the character must be read again as text. */
  #control(char: string): 0 | 1 {
    const step = stepControl(this.#state, char);
    if (step.kind === 'reread') {
      this.#state = ground;
      return 0;
    }
    this.#state = step.state;
    if (step.kind === 'sgr') this.#colour(colourOnly(step.parameters));
    return 1;
  }

  #single(char: string, lines: string[]): void {
    if (char === '\n') {
      lines.push(this.#text());
      this.#clear();
    } else if (char === '\r') {
      // CR LF is a line end, so what a CR does waits for the next character.
      this.#returned = true;
    } else if (char === '\t') {
      this.#show(' '.repeat(TAB_STOP - (this.#returned ? 0 : this.#column % TAB_STOP)));
    } else if (startsControl(char)) {
      this.#state = startControl(char);
    }
  }

  #show(text: string): void {
    if (text === '') return;
    if (this.#returned) this.#clear();
    this.#column += text.length;
    this.#append(text);
  }

  #colour(sequence: string): void {
    if (sequence === '') return;
    if (this.#returned) this.#clear();
    if (this.#cut || this.#length + sequence.length > this.#maxChars) return;
    this.#append(sequence);
    this.#coloured = true;
  }

  #append(text: string): void {
    if (this.#cut) return;
    let kept = text;
    const room = this.#maxChars - this.#length;
    if (text.length > room) {
      kept = text.slice(0, room);
      // Never half of a surrogate pair.
      if (/[\ud800-\udbff]$/.test(kept)) kept = kept.slice(0, -1);
      this.#cut = true;
    }
    this.#parts.push(kept);
    this.#length += kept.length;
  }

  #text(): string {
    const text = this.#parts.join('');
    const end = (this.#coloured ? SGR_RESET : '') + (this.#cut ? CUT_MARK : '');
    return text + end;
  }

  #clear(): void {
    this.#parts = [];
    this.#length = 0;
    this.#column = 0;
    this.#cut = false;
    this.#coloured = false;
    this.#returned = false;
  }
}

/** The lines of a whole text, sanitised. */
export function sanitiseLines(text: string | Uint8Array, maxChars?: number): string[] {
  const sanitiser = new LineSanitiser(maxChars);
  return [...sanitiser.push(text), ...sanitiser.end()];
}

/** A text from elsewhere as one line: line ends become spaces. */
export function sanitiseLine(text: string | Uint8Array, maxChars?: number): string {
  return sanitiseLines(text, maxChars).join(' ').trimEnd();
}

/** Sanitised text without its colours. */
export function withoutColour(text: string): string {
  return text.replace(/\x1b\[[0-9;:]*m/g, '');
}
