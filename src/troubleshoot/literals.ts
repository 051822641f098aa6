/**
 * Literals of which every match of a pattern contains at least one, in lower case. They are what
 * the scan looks for; the pattern itself is tried only on lines that hold one of them.
 */
export function requiredLiterals(pattern: RegExp): string[] {
  const parser = new Parser(pattern.source);
  const found = parser.alternation();
  if (!found || found.some((literal) => literal.length < 3)) {
    throw new Error(`No literal of 3 characters is certain in /${pattern.source}/`);
  }
  return [...new Set(found)];
}

type AnyOf = string[] | null;

/** Reads as much of the syntax of regular expressions as says which characters must be there. */
class Parser {
  private readonly source: string;
  private at = 0;

  constructor(source: string) {
    this.source = source;
  }

  alternation(): AnyOf {
    const choices: AnyOf[] = [this.sequence()];
    while (this.source[this.at] === '|') {
      this.at += 1;
      choices.push(this.sequence());
    }
    return choices.some((choice) => choice === null) ? null : choices.flatMap((c) => c ?? []);
  }

  private sequence(): AnyOf {
    let best: AnyOf = null;
    let run = '';
    const offer = (candidate: AnyOf) => {
      if (candidate && shortest(candidate) > (best ? shortest(best) : 0)) best = candidate;
    };
    const endRun = () => {
      offer(run ? [run.toLowerCase()] : null);
      run = '';
    };
    while (this.at < this.source.length && !'|)'.includes(this.source[this.at] as string)) {
      const atom = this.atom();
      const repeat = this.quantifier();
      if (atom.kind === 'nothing') continue;
      if (atom.kind === 'char' && repeat !== 'optional') {
        run += atom.char;
        if (repeat === 'many') endRun();
        continue;
      }
      endRun();
      if (atom.kind === 'group' && repeat !== 'optional') offer(atom.literals);
    }
    endRun();
    return best;
  }

  private atom():
    | { kind: 'char'; char: string }
    | { kind: 'nothing' }
    | { kind: 'set' }
    | { kind: 'group'; literals: AnyOf } {
    const char = this.source[this.at] as string;
    this.at += 1;
    if (char === '^' || char === '$') return { kind: 'nothing' };
    if (char === '.') return { kind: 'set' };
    if (char === '[') {
      while (this.source[this.at] !== ']') this.at += this.source[this.at] === '\\' ? 2 : 1;
      this.at += 1;
      return { kind: 'set' };
    }
    if (char === '\\') return this.escape();
    if (char === '(') return this.group();
    return { kind: 'char', char };
  }

  private escape(): { kind: 'char'; char: string } | { kind: 'nothing' } | { kind: 'set' } {
    const char = this.source[this.at] as string;
    this.at += 1;
    if (char === 'b' || char === 'B') return { kind: 'nothing' };
    if ('dDwWsS'.includes(char) || /[1-9]/.test(char)) return { kind: 'set' };
    if ('nrtvfxucpPk0'.includes(char)) {
      if (char === 'x') this.at += 2;
      if (char === 'u') this.at += 4;
      return { kind: 'set' };
    }
    return { kind: 'char', char };
  }

  private group(): { kind: 'nothing' } | { kind: 'group'; literals: AnyOf } {
    let looks = false;
    const prefix = /^\?(?::|=|!|<=|<!|<[A-Za-z]\w*>)/.exec(this.source.slice(this.at));
    if (prefix) {
      looks = /[=!]/.test(prefix[0]);
      this.at += prefix[0].length;
    }
    const literals = this.alternation();
    this.at += 1;
    return looks ? { kind: 'nothing' } : { kind: 'group', literals };
  }

  private quantifier(): 'once' | 'many' | 'optional' {
    const rest = this.source.slice(this.at);
    const found = /^(?:[*+?]|\{(\d+)(?:,\d*)?\})\??/.exec(rest);
    if (!found) return 'once';
    this.at += found[0].length;
    if (found[0].startsWith('+')) return 'many';
    return found[1] && Number(found[1]) > 0 ? 'many' : 'optional';
  }
}

function shortest(literals: string[]): number {
  return Math.min(...literals.map((literal) => literal.length));
}
