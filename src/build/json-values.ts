/** Characters with a meaning, inside a string of JSON and outside of one. */
const IN_STRING = /["\\\n]/g;
const OUTSIDE = /["{}[\]]/g;

/** A piece of a stream of JSON values: a parsed object, or a line that is none. */
export type StreamItem = { kind: 'json'; value: unknown } | { kind: 'text'; text: string };

/** An object that grows beyond this is no status message; it is given out as text. */
const MAX_VALUE_CHARS = 32 * 1024 * 1024;

/**
 * Reads concatenated JSON objects, one a line or indented over many (buildx 0.13 indents, later
 * ones do not; the engine writes one a line), with lines of plain text between them. The result
 * does not depend on where the stream was split; each character is looked at once.
 */
export class JsonValues {
  readonly #decoder = new TextDecoder('utf-8');
  #mode: 'between' | 'text' | 'open' | 'value' = 'between';
  #parts: string[] = [];
  #length = 0;
  #depth = 0;
  #inString = false;
  #escaped = false;

  push(chunk: Uint8Array): StreamItem[] {
    return this.#read(this.#decoder.decode(chunk, { stream: true }));
  }

  /** What is left: text without a line end, or an object that was cut off (as text). */
  end(): StreamItem[] {
    const items = this.#read(this.#decoder.decode());
    items.push(...this.#asText());
    return items;
  }

  #read(text: string): StreamItem[] {
    const items: StreamItem[] = [];
    let from = 0;
    const keep = (to: number) => {
      if (to > from) {
        this.#parts.push(text.slice(from, to));
        this.#length += to - from;
      }
      from = to;
    };
    for (let at = 0; at < text.length; at += 1) {
      const char = text[at] as string;
      switch (this.#mode) {
        case 'between':
          if (char === '{') {
            from = at;
            this.#mode = 'open';
          } else if (!/\s/.test(char)) {
            from = at;
            this.#mode = 'text';
          }
          break;
        case 'text':
          if (char === '\n') {
            keep(at);
            items.push(...this.#asText());
          }
          break;
        case 'open':
          // An object begins with a name or ends at once; any other brace belongs to a text.
          if (char === '"' || char === '}') {
            this.#mode = 'value';
            this.#depth = 1;
            this.#inString = false;
            at -= 1;
          } else if (!/\s/.test(char)) this.#mode = 'text';
          break;
        case 'value':
          // Most of a value says nothing of where it ends: on to the next character that does.
          if (!this.#escaped) {
            const next = this.#inString ? IN_STRING : OUTSIDE;
            next.lastIndex = at;
            const found = next.exec(text);
            at = found ? found.index : text.length;
            if (!found) break;
          }
          if (this.#step(text[at] as string)) {
            keep(at + 1);
            items.push(...this.#asValue());
          } else if (this.#inString && text[at] === '\n') {
            // No JSON has a bare line end inside a string.
            keep(at);
            items.push(...this.#asText());
          }
          break;
        default: {
          const never: never = this.#mode;
          throw new Error(`no such mode: ${never}`);
        }
      }
    }
    if (this.#mode !== 'between') keep(text.length);
    if (this.#length > MAX_VALUE_CHARS) items.push(...this.#asText());
    return items;
  }

  /** True when this character closes the value. */
  #step(char: string): boolean {
    if (this.#inString) {
      if (this.#escaped) this.#escaped = false;
      else if (char === '\\') this.#escaped = true;
      else if (char === '"') this.#inString = false;
      return false;
    }
    if (char === '"') this.#inString = true;
    else if (char === '{' || char === '[') this.#depth += 1;
    else if (char === '}' || char === ']') this.#depth -= 1;
    return this.#depth === 0;
  }

  #asValue(): StreamItem[] {
    const text = this.#parts.join('');
    try {
      const value: unknown = JSON.parse(text);
      this.#reset();
      return [{ kind: 'json', value }];
    } catch {
      return this.#asText();
    }
  }

  #asText(): StreamItem[] {
    const text = this.#parts.join('');
    this.#reset();
    return text
      .split('\n')
      .map((line) => line.replace(/\r$/, ''))
      .filter((line) => line.trim() !== '')
      .map((line) => ({ kind: 'text', text: line }));
  }

  #reset(): void {
    this.#mode = 'between';
    this.#parts = [];
    this.#length = 0;
    this.#escaped = false;
  }
}
