/** Colours that a terminal has, as bits of one: 24 any, 8 the table of 256, 4 its own sixteen, 0 none. */
export type ColourDepth = 0 | 4 | 8 | 24;

/** Programs that show any colour and may be reached without COLORTERM (over ssh it is not passed on). */
const ANY_COLOUR = /^(iTerm\.app|WezTerm|ghostty|vscode|Hyper)$/;
const ANY_COLOUR_TERM = /^(xterm-kitty|xterm-ghostty|alacritty|foot|wezterm)|-direct$/;

/**
 * What the environment says of colours. Sources: no-color.org; terminfo(5) for `-256color` and
 * `-direct`; COLORTERM as set by VTE, Konsole, kitty and others (github.com/termstandard/colors);
 * WT_SESSION is Windows Terminal's.
 */
export function colourDepth(env: NodeJS.ProcessEnv): ColourDepth {
  const { TERM = '', COLORTERM = '', TERM_PROGRAM = '' } = env;
  if (env.NO_COLOR || TERM === 'dumb') return 0;
  if (TERM === 'linux') return 4;
  if (/^(truecolor|24bit)$/i.test(COLORTERM) || env.WT_SESSION) return 24;
  if (ANY_COLOUR.test(TERM_PROGRAM) || ANY_COLOUR_TERM.test(TERM)) return 24;
  return TERM.endsWith('-256color') ? 8 : 4;
}
