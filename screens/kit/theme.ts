/** What a text is, not how it looks: the theme decides on colour, and the words never depend on it. */
export type Tone = 'plain' | 'quiet' | 'strong' | 'accent' | 'ok' | 'warn' | 'fail' | 'busy';

/** What stands at the start of a row. */
export type SignId =
  | 'cursor'
  | 'ok'
  | 'warn'
  | 'fail'
  | 'skip'
  | 'run'
  | 'wait'
  | 'impossible'
  | 'notice';

export interface Theme {
  unicode: boolean;
  colour: boolean;
  screenReader: boolean;
  /** One cell wide: repeated over the width. Empty for a screen reader. */
  rule: string;
  ellipsis: string;
  bar: { full: string; empty: string };
  /** Frames of what turns beside RUN; empty where nothing may turn. */
  spinner: readonly string[];
}

/** Colours are the terminal's own sixteen, so that they follow its theme (MOCKUPS B). */
const colours = {
  plain: {},
  quiet: { dimColor: true },
  strong: { bold: true },
  accent: { color: 'cyan' },
  ok: { color: 'green' },
  warn: { color: 'yellow' },
  fail: { color: 'red' },
  busy: { color: 'blue' },
} as const satisfies Record<Tone, { color?: string; dimColor?: boolean; bold?: boolean }>;

const asciiSigns: Record<SignId, string> = {
  cursor: '>',
  ok: 'ok',
  warn: 'WARN',
  fail: 'FAIL',
  skip: 'skip',
  run: 'RUN',
  wait: 'wait',
  impossible: 'x',
  notice: '!',
};
const unicodeSigns: Record<SignId, string> = {
  cursor: '❯',
  ok: '✓ ok',
  warn: '⚠ WARN',
  fail: '✗ FAIL',
  skip: '- skip',
  run: 'RUN',
  wait: '· wait',
  impossible: '×',
  notice: '⚠',
};
const spokenSigns: Record<SignId, string> = {
  cursor: 'selected',
  ok: 'ok',
  warn: 'warning',
  fail: 'failed',
  skip: 'skipped',
  run: 'running',
  wait: 'waiting',
  impossible: 'not possible',
  notice: 'warning',
};

const signTones: Record<SignId, Tone> = {
  cursor: 'accent',
  ok: 'ok',
  warn: 'warn',
  fail: 'fail',
  skip: 'quiet',
  run: 'busy',
  wait: 'quiet',
  impossible: 'quiet',
  notice: 'warn',
};

/** The theme for a terminal, by what its environment says of it. */
export function themeFor(env: NodeJS.ProcessEnv): Theme {
  // Ink's own word is `true`; people write 1 as for other variables.
  const screenReader = /^(true|1)$/.test(env.INK_SCREEN_READER ?? '');
  const unicode = !screenReader && showsUnicode(env);
  return {
    unicode,
    // https://no-color.org: present and not empty.
    colour: !env.NO_COLOR && env.TERM !== 'dumb',
    screenReader,
    rule: screenReader ? '' : unicode ? '─' : '-',
    ellipsis: unicode ? '…' : '...',
    bar: unicode ? { full: '█', empty: '░' } : { full: '#', empty: '-' },
    spinner: unicode ? ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'] : [],
  };
}

/** The Linux console's font lacks most signs; a locale that is not UTF-8 garbles all of them. */
function showsUnicode(env: NodeJS.ProcessEnv): boolean {
  if (env.TERM === 'linux' || env.TERM === 'dumb') return false;
  if (env.WT_SESSION) return true;
  return /utf-?8/i.test(env.LC_ALL || env.LC_CTYPE || env.LANG || '');
}

export function sign(theme: Theme, id: SignId): { text: string; tone: Tone } {
  const signs = theme.screenReader ? spokenSigns : theme.unicode ? unicodeSigns : asciiSigns;
  return { text: signs[id], tone: signTones[id] };
}

/** Width of the column of signs: the widest is `✓ WARN`. */
export function signWidth(theme: Theme): number {
  return theme.screenReader ? 13 : theme.unicode ? 7 : 5;
}

export function look(
  theme: Theme,
  tone: Tone,
): { color?: string; dimColor?: boolean; bold?: boolean } {
  return theme.colour ? colours[tone] : {};
}
