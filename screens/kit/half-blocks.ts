import type { Picture } from '../../src/comfyui/media/pixels.ts';

/** Cells of a terminal; each shows two pixels, one above the other. */
export interface CellSize {
  columns: number;
  rows: number;
}

type Rgb = readonly [red: number, green: number, blue: number];

const UPPER_HALF = '▀';
const RESET = '\x1b[0m';

/**
 * The largest size within `room` that keeps a picture's sides in proportion: a cell is about twice as
 * high as wide, so that half of one is a square.
 */
export function fittingCells(
  { width, height }: Pick<Picture, 'width' | 'height'>,
  room: CellSize,
): CellSize {
  const scale = Math.min(room.columns / width, (2 * room.rows) / height);
  return {
    columns: Math.max(1, Math.min(room.columns, Math.round(width * scale))),
    rows: Math.max(1, Math.min(room.rows, Math.round((height * scale) / 2))),
  };
}

/** A picture as rows of text: upper half blocks whose two colours are two pixels. */
export function halfBlocks(picture: Picture, { columns, rows }: CellSize, depth: 8 | 24): string[] {
  const colour = depth === 24 ? anyColour : tableColour;
  return Array.from({ length: rows }, (_, row) => {
    const cells = Array.from({ length: columns }, (__, column) => {
      const upper = meanOf(
        picture,
        area(column, columns, picture.width),
        area(2 * row, 2 * rows, picture.height),
      );
      const lower = meanOf(
        picture,
        area(column, columns, picture.width),
        area(2 * row + 1, 2 * rows, picture.height),
      );
      return `\x1b[38;${colour(upper)};48;${colour(lower)}m${UPPER_HALF}`;
    });
    return cells.join('') + RESET;
  });
}

/** Pixels from and to (not included) that part `at` of `parts` covers; one at the least. */
function area(at: number, parts: number, pixels: number): [from: number, to: number] {
  const from = Math.min(pixels - 1, Math.floor((at * pixels) / parts));
  return [from, Math.max(from + 1, Math.floor(((at + 1) * pixels) / parts))];
}

/** The mean of an area over black, so that what is transparent is dark as in the film. */
function meanOf(
  { width, rgba }: Picture,
  [left, right]: [number, number],
  [top, bottom]: [number, number],
): Rgb {
  let [red, green, blue] = [0, 0, 0];
  for (let y = top; y < bottom; y += 1) {
    for (let x = left; x < right; x += 1) {
      const at = 4 * (y * width + x);
      const alpha = (rgba[at + 3] ?? 0) / 255;
      red += (rgba[at] ?? 0) * alpha;
      green += (rgba[at + 1] ?? 0) * alpha;
      blue += (rgba[at + 2] ?? 0) * alpha;
    }
  }
  const pixels = (right - left) * (bottom - top);
  return [Math.round(red / pixels), Math.round(green / pixels), Math.round(blue / pixels)];
}

function anyColour([red, green, blue]: Rgb): string {
  return `2;${red};${green};${blue}`;
}

/** Levels of the cube of 6x6x6 colours, and the greys behind it (xterm's 256colres.pl). */
const LEVELS = [0, 95, 135, 175, 215, 255];

function tableColour(rgb: Rgb): string {
  const cube = rgb.map((value) => nearest(LEVELS, value));
  const [red = 0, green = 0, blue = 0] = cube;
  const inCube = 16 + 36 * red + 6 * green + blue;
  const mean = (rgb[0] + rgb[1] + rgb[2]) / 3;
  const step = Math.max(0, Math.min(23, Math.round((mean - 8) / 10)));
  const grey = 8 + 10 * step;
  const cubeOff = distance(rgb, cube.map((level) => LEVELS[level] ?? 0) as unknown as Rgb);
  return `5;${distance(rgb, [grey, grey, grey]) < cubeOff ? 232 + step : inCube}`;
}

function nearest(levels: readonly number[], value: number): number {
  let best = 0;
  for (const [at, level] of levels.entries()) {
    if (Math.abs(level - value) < Math.abs((levels[best] ?? 0) - value)) best = at;
  }
  return best;
}

function distance(a: Rgb, b: Rgb): number {
  return (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 + (a[2] - b[2]) ** 2;
}
