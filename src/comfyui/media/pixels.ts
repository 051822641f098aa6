/** One picture, 8 bits a channel, 4 channels (RGBA), rows without padding. */
export interface Picture {
  width: number;
  height: number;
  rgba: Uint8Array;
}

/** What the pixels of a film say; fractions are 0..1 of all pixels. */
export interface FilmMeasures {
  frames: number;
  width: number;
  height: number;
  /** Brightest pixel of all frames, 0..255. */
  brightest: number;
  /** Share of the brightest frame's pixels that are not (nearly) black. */
  lit: number;
  /** Largest share of pixels that differ between a frame and the first one. */
  moved: number;
}

const BLACK = 24;
const SAME = 8;

/** Measures frames one by one, so that a long film is never in memory as a whole. */
export function measureFilm(frames: Iterable<Picture>): FilmMeasures {
  let first: Uint8Array | null = null;
  const measures = { frames: 0, width: 0, height: 0, brightest: 0, lit: 0, moved: 0 };
  for (const picture of frames) {
    const luma = lumaOf(picture);
    measures.frames += 1;
    measures.width = picture.width;
    measures.height = picture.height;
    let lit = 0;
    let differing = 0;
    for (let i = 0; i < luma.length; i += 1) {
      const value = luma[i] ?? 0;
      if (value > measures.brightest) measures.brightest = value;
      if (value > BLACK) lit += 1;
      if (first && Math.abs(value - (first[i] ?? 0)) > SAME) differing += 1;
    }
    measures.lit = Math.max(measures.lit, lit / luma.length);
    measures.moved = Math.max(measures.moved, differing / luma.length);
    first ??= luma;
  }
  return measures;
}

/** BT.601 luma over black, so that what is transparent counts as black. */
function lumaOf({ rgba }: Picture): Uint8Array {
  const luma = new Uint8Array(rgba.length / 4);
  for (let i = 0, j = 0; i < luma.length; i += 1, j += 4) {
    const [r, g, b, a] = [rgba[j] ?? 0, rgba[j + 1] ?? 0, rgba[j + 2] ?? 0, rgba[j + 3] ?? 0];
    luma[i] = ((0.299 * r + 0.587 * g + 0.114 * b) * a) / 255;
  }
  return luma;
}
