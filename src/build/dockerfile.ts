/** One instruction of a Dockerfile, continuation lines joined. */
export interface Instruction {
  /** 1-based line of the file on which it starts. */
  line: number;
  keyword: string;
  /** What follows the keyword, one space where lines were joined. */
  rest: string;
}

const DIRECTIVE = /^#\s*([a-z]+)\s*=\s*(\S+)\s*$/i;
const HEREDOC = /<<-?\s*["']?([A-Za-z_][A-Za-z0-9_]*)["']?/g;

/** The instructions of a Dockerfile (docs.docker.com/reference/dockerfile), comments left out. */
export function parseDockerfile(text: string): Instruction[] {
  const lines = text.replace(/^\ufeff/, '').split(/\r?\n/);
  const continued = escapeOf(lines) === '`' ? /`[ \t]*$/ : /\\[ \t]*$/;
  const found: Instruction[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const start = at;
    let whole = lines[at]?.trim() ?? '';
    if (whole === '' || whole.startsWith('#')) continue;
    while (continued.test(whole) && at + 1 < lines.length) {
      at += 1;
      const next = lines[at]?.trim() ?? '';
      // Empty and comment lines inside a continuation are skipped.
      if (next === '' || next.startsWith('#')) continue;
      whole = `${whole.replace(continued, '').trimEnd()} ${next}`;
    }
    const [, keyword = '', rest = ''] = /^(\S+)\s*(.*)$/s.exec(whole.replace(continued, '')) ?? [];
    found.push({ line: start + 1, keyword: keyword.toUpperCase(), rest: rest.trim() });
    at = afterHeredocs(lines, at, keyword, rest);
  }
  return found;
}

function escapeOf(lines: string[]): string {
  for (const line of lines) {
    const directive = DIRECTIVE.exec(line.trim());
    if (!directive) return '\\';
    if (directive[1]?.toLowerCase() === 'escape') return directive[2] ?? '\\';
  }
  return '\\';
}

function afterHeredocs(lines: string[], at: number, keyword: string, rest: string): number {
  if (!/^(run|copy|add)$/i.test(keyword)) return at;
  let last = at;
  for (const [, word] of rest.matchAll(HEREDOC)) {
    const end = lines.findIndex((line, i) => i > last && line.trim() === word);
    if (end === -1) return last;
    last = end;
  }
  return last;
}

/**
 * The images that a build starts from or copies out of, in the order of the file, each once.
 * Stage names and `scratch` are none. ARGs before the first FROM are filled in from `args`, their
 * defaults and `${NAME:-default}`; a reference that stays open is left out.
 */
export function baseImages(text: string, args: Readonly<Record<string, string>> = {}): string[] {
  const values = new Map<string, string>();
  const stages = new Set<string>();
  const images = new Set<string>();
  let stageCount = 0;
  const add = (word: string | undefined) => {
    const ref = word === undefined ? null : substitute(word, values);
    if (!ref || ref === 'scratch' || stages.has(ref.toLowerCase())) return;
    if (/^\d+$/.test(ref) && Number(ref) < stageCount) return;
    images.add(ref);
  };
  for (const { keyword, rest } of parseDockerfile(text)) {
    if (keyword === 'ARG' && stageCount === 0) {
      for (const word of rest.split(/\s+/)) {
        const [name = '', preset] = splitOnce(word, '=');
        const value = args[name] ?? (preset === undefined ? undefined : unquote(preset));
        if (value !== undefined) values.set(name, substitute(value, values) ?? value);
      }
    } else if (keyword === 'FROM') {
      const words = rest.split(/\s+/).filter((word) => !word.startsWith('--'));
      add(words[0]);
      stageCount += 1;
      if (words[1]?.toLowerCase() === 'as' && words[2]) stages.add(words[2].toLowerCase());
    } else if (keyword === 'COPY' || keyword === 'RUN' || keyword === 'ADD') {
      for (const flag of rest.split(/\s+/)) {
        if (!flag.startsWith('--')) break;
        if (flag.startsWith('--from=')) add(flag.slice('--from='.length));
        else if (flag.startsWith('--mount=')) add(/(?:^|[,=])from=([^,]+)/.exec(flag)?.[1]);
      }
    }
  }
  return [...images];
}

/** `$A`, `${A}`, `${A:-b}`, `${A:+b}`; null when a value is missing. */
function substitute(word: string, values: ReadonlyMap<string, string>): string | null {
  let open = false;
  const text = word.replace(
    /\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)(?::([-+])([^}]*))?\})/g,
    (_whole, bare?: string, braced?: string, sign?: string, other = '') => {
      const value = values.get(bare ?? braced ?? '') ?? '';
      if (sign === '-') return value || other;
      if (sign === '+') return value ? other : '';
      if (value === '') open = true;
      return value;
    },
  );
  return open ? null : unquote(text);
}

function splitOnce(text: string, by: string): [string, string | undefined] {
  const at = text.indexOf(by);
  return at === -1 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

function unquote(text: string): string {
  return /^(["']).*\1$/s.test(text) ? text.slice(1, -1) : text;
}

/**
 * The line on which the instruction behind a step's name (`[base 2/7] RUN make`) starts; null when
 * none or several fit, because a variable in it was filled in or it stands there twice.
 */
export function lineOfStep(dockerfile: string, stepName: string): number | null {
  const instruction = squeeze(stepName.replace(/^\[[^\]]*\]\s*/, ''));
  const fitting = parseDockerfile(dockerfile).filter(
    ({ keyword, rest }) => squeeze(`${keyword} ${rest}`) === instruction,
  );
  return fitting.length === 1 ? (fitting[0]?.line ?? null) : null;
}

function squeeze(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
