import type { IBufferCell, Terminal } from '@xterm/headless';

const CELL = { width: 8.4, height: 18 };
const MARGIN = 14;
const FONT = "'DejaVu Sans Mono', 'Cascadia Mono', Menlo, Consolas, monospace";
const BACKGROUND = '#16181d';
const FOREGROUND = '#d7dae0';
// The sixteen colours as most dark themes have them.
const PALETTE = [
  '#3b4048',
  '#e06c75',
  '#98c379',
  '#e5c07b',
  '#61afef',
  '#c678dd',
  '#56b6c2',
  '#d7dae0',
  '#5c6370',
  '#ff7b86',
  '#b5e890',
  '#ffd68a',
  '#7cc4ff',
  '#e29bf5',
  '#74d6e0',
  '#ffffff',
] as const;

interface Look {
  colour: string;
  /** Null where the terminal's own shows. */
  behind: string | null;
  bold: boolean;
  dim: boolean;
}

/** A terminal's screen as an SVG picture: text stays text. */
export function screenSvg(terminal: Terminal, title: string): string {
  const { cols, rows } = terminal;
  const width = Math.ceil(cols * CELL.width + 2 * MARGIN);
  const height = Math.ceil(rows * CELL.height + 2 * MARGIN);
  const lines = Array.from({ length: rows }, (_, row) => rowSvg(terminal, row)).filter(Boolean);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${escapeXml(title)}</title>`,
    `<rect width="${width}" height="${height}" rx="8" fill="${BACKGROUND}"/>`,
    `<g font-family="${FONT}" font-size="14" xml:space="preserve">`,
    ...lines,
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

function rowSvg(terminal: Terminal, row: number): string {
  const { active } = terminal.buffer;
  const line = active.getLine(active.baseY + row);
  if (!line) return '';
  const runs: { text: string; at: number; cells: number; look: Look }[] = [];
  for (let x = 0; x < terminal.cols; x++) {
    const cell = line.getCell(x);
    if (!cell || cell.getWidth() === 0) continue;
    const look = lookOf(cell);
    const last = runs.at(-1);
    const text = cell.getChars() || ' ';
    if (last && same(last.look, look)) {
      last.text += text;
      last.cells += cell.getWidth();
    } else {
      runs.push({ text, at: x, cells: cell.getWidth(), look });
    }
  }
  const y = MARGIN + row * CELL.height + 13.5;
  return runs
    .filter(({ text }) => text.trim() !== '')
    .map(({ text, at, cells, look }) => {
      if (/^▀+$/.test(text)) return halfBlocksSvg(at, cells, row, look);
      const x = (MARGIN + at * CELL.width).toFixed(1);
      // The length is stated, so that columns stay in line in any font.
      const length = (cells * CELL.width).toFixed(1);
      const weight = look.bold ? ' font-weight="bold"' : '';
      const opacity = look.dim ? ' fill-opacity="0.6"' : '';
      return `<text x="${x}" y="${y}" textLength="${length}" lengthAdjust="spacingAndGlyphs" fill="${look.colour}"${weight}${opacity}>${escapeXml(text)}</text>`;
    })
    .join('');
}

function lookOf(cell: IBufferCell): Look {
  const colour = cell.isFgRGB()
    ? hex(cell.getFgColor())
    : cell.isFgPalette()
      ? tableColour(cell.getFgColor())
      : FOREGROUND;
  const behind = cell.isBgRGB()
    ? hex(cell.getBgColor())
    : cell.isBgPalette()
      ? tableColour(cell.getBgColor())
      : null;
  return { colour, behind, bold: cell.isBold() !== 0, dim: cell.isDim() !== 0 };
}

function hex(rgb: number): string {
  return `#${rgb.toString(16).padStart(6, '0')}`;
}

/** Behind the sixteen a cube of 6x6x6 colours and 24 greys (xterm's 256colres.pl). */
function tableColour(at: number): string {
  const own = PALETTE[at];
  if (own !== undefined) return own;
  if (at >= 232) return hex(0x010101 * (8 + 10 * (at - 232)));
  const level = (step: number) => [0, 95, 135, 175, 215, 255][step % 6] ?? 0;
  const cube = at - 16;
  const [red, green, blue] = [Math.floor(cube / 36), Math.floor(cube / 6), cube].map(level);
  return hex(((red ?? 0) << 16) | ((green ?? 0) << 8) | (blue ?? 0));
}

/** Half blocks are drawn as what they are: a font leaves gaps between them. */
function halfBlocksSvg(at: number, cells: number, row: number, { colour, behind }: Look): string {
  const rect = (y: number, fill: string) =>
    `<rect x="${(MARGIN + at * CELL.width).toFixed(1)}" y="${y}" width="${(cells * CELL.width + 0.3).toFixed(1)}" height="${CELL.height / 2 + 0.3}" fill="${fill}"/>`;
  const top = MARGIN + row * CELL.height;
  return rect(top, colour) + rect(top + CELL.height / 2, behind ?? BACKGROUND);
}

function same(a: Look, b: Look): boolean {
  return a.colour === b.colour && a.behind === b.behind && a.bold === b.bold && a.dim === b.dim;
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
