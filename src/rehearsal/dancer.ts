import type { Frame } from './png.ts';

type Point = [x: number, y: number];
type Colour = [r: number, g: number, b: number];

const BACKGROUND: Colour = [24, 28, 48];
const FLOOR: Colour = [58, 64, 92];

/** One frame of a stick figure that dances; the dance repeats after all frames. */
export function drawDancer(
  size: { width: number; height: number },
  at: { frame: number; frames: number; seed: number },
): Frame {
  const frame = filled(size, BACKGROUND);
  const { width, height } = size;
  const unit = Math.min(width, height * 0.6) / 10;
  const thickness = Math.max(1.5, unit * 0.35);
  const colour = colourOf(at.seed);
  const floor = height * 0.88;
  for (let y = Math.round(floor); y < height; y += 1) {
    for (let x = 0; x < width; x += 1) setPixel(frame, x, y, FLOOR);
  }
  const beat = (2 * Math.PI * at.frame) / Math.max(1, at.frames);
  const sway = Math.sin(beat) * unit;
  const bounce = Math.abs(Math.sin(2 * beat)) * unit * 0.6;
  const hip: Point = [width / 2 + sway, floor - 4.4 * unit - bounce];
  const neck: Point = [width / 2 + sway * 0.4, hip[1] - 3.6 * unit];
  const head: Point = [neck[0] + sway * 0.2, neck[1] - 1.2 * unit];
  disc(frame, head, unit * 0.9, colour);
  const limbs: Point[][] = [[hip, neck]];
  for (const side of [-1, 1]) {
    const swing = Math.sin(beat + (side > 0 ? Math.PI / 2 : 0));
    const elbow: Point = [neck[0] + side * 1.9 * unit, neck[1] + (0.9 - swing) * unit];
    const hand: Point = [elbow[0] + side * (0.9 + swing * 0.5) * unit, elbow[1] - swing * 2 * unit];
    limbs.push([neck, elbow, hand]);
    const foot: Point = [width / 2 + side * 1.7 * unit, floor];
    const knee: Point = [(hip[0] + foot[0]) / 2 + side * 0.7 * unit, (hip[1] + floor) / 2];
    limbs.push([hip, knee, foot]);
  }
  for (const limb of limbs) {
    for (let i = 1; i < limb.length; i += 1) {
      line(frame, limb[i - 1] as Point, limb[i] as Point, thickness, colour);
    }
  }
  return frame;
}

/** A frame of one colour. */
export function filled(
  { width, height }: { width: number; height: number },
  colour: Colour,
): Frame {
  const rgb = new Uint8Array(width * height * 3);
  for (let i = 0; i < rgb.length; i += 3) rgb.set(colour, i);
  return { width, height, rgb };
}

function colourOf(seed: number): Colour {
  const hue = (seed * 47) % 360;
  const channel = (shift: number) =>
    Math.round(160 + 80 * Math.cos(((hue + shift) * Math.PI) / 180));
  return [channel(0), channel(240), channel(120)];
}

function line(frame: Frame, from: Point, to: Point, thickness: number, colour: Colour): void {
  const steps = Math.ceil(Math.hypot(to[0] - from[0], to[1] - from[1]));
  for (let i = 0; i <= steps; i += 1) {
    const t = steps === 0 ? 0 : i / steps;
    const point: Point = [from[0] + (to[0] - from[0]) * t, from[1] + (to[1] - from[1]) * t];
    disc(frame, point, thickness, colour);
  }
}

function disc(frame: Frame, [cx, cy]: Point, radius: number, colour: Colour): void {
  for (let y = Math.floor(cy - radius); y <= cy + radius; y += 1) {
    for (let x = Math.floor(cx - radius); x <= cx + radius; x += 1) {
      if (Math.hypot(x - cx, y - cy) <= radius) setPixel(frame, x, y, colour);
    }
  }
}

function setPixel(frame: Frame, x: number, y: number, colour: Colour): void {
  if (x < 0 || y < 0 || x >= frame.width || y >= frame.height) return;
  frame.rgb.set(colour, (y * frame.width + x) * 3);
}
