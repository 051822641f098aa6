// What a terminal is told beside what is drawn. Each is a string that moves no cursor.

const BEL = '\x07';
const OSC = '\x1b]';

/** Inside tmux and screen only what they understand arrives; the rest is wrapped for the terminal. */
function insideTmux(env: NodeJS.ProcessEnv): boolean {
  return Boolean(env.TMUX);
}

/** Text that ends no sequence: a step's title comes from a Dockerfile. */
function harmless(text: string): string {
  return text.replace(/[\x00-\x1f\x7f-\x9f]/g, ' ');
}

/**
 * Whether a title is understood. The Linux console reads OSC as a palette command
 * (console_codes(4)).
 */
export function knowsTitle({ TERM = '' }: NodeJS.ProcessEnv): boolean {
  return TERM !== '' && TERM !== 'linux' && TERM !== 'dumb';
}

/** OSC 2 sets the window's title (xterm ctlseqs). */
export function title(text: string): string {
  return `${OSC}2;${harmless(text)}${BEL}`;
}

/** CSI 22 and 23 with 2 keep the window's title and bring it back (xterm ctlseqs, XTWINOPS). */
export const keepTitle = '\x1b[22;2t';
export const restoreTitle = `${OSC}2;${BEL}\x1b[23;2t`;

export type TaskbarState = 'clear' | 'running' | 'failed' | 'unknown' | 'warning';
const taskbarStates: Record<TaskbarState, number> = {
  clear: 0,
  running: 1,
  failed: 2,
  unknown: 3,
  warning: 4,
};

/**
 * Whether OSC 9;4 is progress here. Elsewhere OSC 9 is a notification, and would pop up at each
 * percent. Windows Terminal: learn.microsoft.com/windows/terminal/tutorials/progress-bar-sequences;
 * ConEmu: conemu.github.io/en/AnsiEscapeCodes.html; Ghostty: ghostty.org/docs/install/release-notes/1-2-0;
 * WezTerm: wezterm.org changelog 2025.
 */
export function knowsTaskbar(env: NodeJS.ProcessEnv): boolean {
  if (insideTmux(env) || env.STY) return false;
  const { TERM_PROGRAM: program = '', TERM = '' } = env;
  return (
    Boolean(env.WT_SESSION) ||
    env.ConEmuANSI === 'ON' ||
    ['ghostty', 'WezTerm'].includes(program) ||
    TERM === 'xterm-ghostty'
  );
}

/** Progress in the taskbar or on the tab, in percent. */
export function taskbar(state: TaskbarState, percent = 0): string {
  const whole = Math.round(Math.min(100, Math.max(0, percent)));
  return `${OSC}9;4;${taskbarStates[state]};${whole}${BEL}`;
}

/**
 * A notification of the terminal's own, and a bell for those that have none. OSC 9: iTerm2
 * (iterm2.com/documentation-escape-codes.html), WezTerm, Ghostty, kitty. OSC 777: rxvt-unicode,
 * foot, VTE where the distribution patches it in.
 */
export function notification(text: string, env: NodeJS.ProcessEnv): string {
  const { TERM_PROGRAM: program = '', TERM = '' } = env;
  const said = harmless(text);
  const osc9 = ['iTerm.app', 'WezTerm', 'ghostty'].includes(program) || /kitty|ghostty/.test(TERM);
  const osc777 = /^(foot|rxvt)/.test(TERM) || Boolean(env.VTE_VERSION);
  if (osc9) return throughTmux(`${OSC}9;${said}${BEL}`, env) + BEL;
  if (osc777) return throughTmux(`${OSC}777;notify;SteadyDancer;${said}${BEL}`, env) + BEL;
  return BEL;
}

/** Most bytes that every terminal takes at once: hterm's limit is 100,000 of base64. */
export const CLIPBOARD_BYTES = 72_000;

/**
 * Puts a text on the clipboard of the person in front, also over ssh (OSC 52, xterm ctlseqs). Inside
 * tmux it is said twice: tmux takes it with `set-clipboard on`, else the terminal may.
 */
export function clipboard(text: string, env: NodeJS.ProcessEnv): string {
  const code = `${OSC}52;c;${Buffer.from(text).toString('base64')}${BEL}`;
  return insideTmux(env) ? code + throughTmux(code, env) : code;
}

/** tmux passes on what stands in its own wrapping (tmux(1), allow-passthrough). */
function throughTmux(code: string, env: NodeJS.ProcessEnv): string {
  if (!insideTmux(env)) return code;
  return `\x1bPtmux;${code.replaceAll('\x1b', '\x1b\x1b')}\x1b\\`;
}
