import type { Picture } from '../../src/comfyui/media/pixels.ts';
import type { OutputFile } from '../../src/contract/smoke.ts';
import type { ColourDepth } from '../kit/colour-depth.ts';
import { type CellSize, fittingCells, halfBlocks } from '../kit/half-blocks.ts';
import type { Theme } from '../kit/theme.ts';

/** The picture that stands for a film: its first frame where one was kept, else a film of PNG itself. */
export function firstFrameFile(outputs: readonly OutputFile[]): string | null {
  const pictures = outputs.filter(({ mime }) => mime === 'image/png' || mime === 'image/apng');
  const kept = pictures.findLast(({ path }) => path.endsWith('-first-frame.png'));
  return (kept ?? pictures.at(-1))?.path ?? null;
}

/** Half blocks need their sign and at the least the table of 256 colours. */
export function showsPictures(theme: Theme, depth: ColourDepth): depth is 8 | 24 {
  return theme.unicode && theme.colour && !theme.screenReader && depth >= 8;
}

/** Fewer cells show nothing that a person would know again. */
const LEAST: CellSize = { columns: 10, rows: 6 };

/** Rows of the picture, as large as the room allows; null where it would be too small to be seen. */
export function frameRows(
  picture: Picture,
  room: CellSize,
  depth: 8 | 24,
): {
  rows: string[];
  columns: number;
} | null {
  const size = fittingCells(picture, room);
  if (size.columns < LEAST.columns || size.rows < LEAST.rows) return null;
  return { rows: halfBlocks(picture, size, depth), columns: size.columns };
}
