import { spawnSync } from 'node:child_process';

// In the order of how well they draw text; each takes an SVG file and writes a PNG file.
const programs: { file: string; args: (svg: string, png: string) => string[] }[] = [
  { file: 'rsvg-convert', args: (svg, png) => ['--zoom', '2', '--output', png, svg] },
  { file: 'inkscape', args: (svg, png) => ['--export-dpi=192', `--export-filename=${png}`, svg] },
  { file: 'magick', args: (svg, png) => ['-density', '192', svg, png] },
  { file: 'convert', args: (svg, png) => ['-density', '192', svg, png] },
];

/** Writes the picture as PNG by the first program that is there; gives its name, or null. */
export function writePng(svg: string, png: string): string | null {
  for (const { file, args } of programs) {
    const { status } = spawnSync(file, args(svg, png), { stdio: 'ignore' });
    if (status === 0) return file;
  }
  return null;
}
