import { giveWay, type Part } from '../kit/give-way.ts';

/** Rows that the parts of a run would like to have. */
export interface Wanted {
  strip: number;
  notices: number;
  steps: { wanted: number; least: number };
  levels: number;
  models: number;
  disk: number;
  gpu: number;
  /** There are lines to show. */
  log: boolean;
}

/** Rows that each part has; together with `air` and `filler` as many as there are. */
export interface Given {
  strip: number;
  notices: number;
  /** Below the strip. */
  air: number;
  steps: number;
  levels: number;
  log: number;
  /** Above what stands at the bottom, so that it keeps its place. */
  filler: number;
  models: number;
  disk: number;
  gpu: number;
}

/** A log below this is no window; above it more rows go to the steps first. */
const LOG_LEAST = 5;
const LOG_LEAST_LOW = 2;

/**
 * One below the other. The log takes what is left; when there is too little the order of giving way
 * is that of MOCKUPS C7: log, GPU, folded steps.
 */
export function stack(wanted: Wanted, rows: number, low: boolean): Given {
  const parts = {
    strip: part(wanted.strip, 1, 9),
    notices: part(wanted.notices, 1, 8),
    air: part(1, 0, 0),
    steps: { ...wanted.steps, importance: wanted.levels > 0 ? 3 : 5 },
    levels: part(wanted.levels, wanted.levels, 6),
    models: part(wanted.models, 1, 4),
    disk: part(wanted.disk, 1, 7),
    gpu: part(wanted.gpu, 0, 2),
  };
  const taken = Object.values(parts).reduce((sum, each) => sum + each.wanted, 0);
  const least = low ? LOG_LEAST_LOW : LOG_LEAST;
  const log: Part = wanted.log
    ? { wanted: Math.max(least, rows - taken), least, importance: low ? 1 : 5.5 }
    : part(0, 0, 0);
  return given({ ...parts, log }, rows);
}

/** The left of two columns: everything but the log, which has the right one for itself. */
export function stackLeft(wanted: Wanted, rows: number): Given {
  const parts = {
    strip: part(0, 0, 0),
    notices: part(0, 0, 0),
    air: part(0, 0, 0),
    steps: { ...wanted.steps, importance: 5 },
    levels: part(wanted.levels, wanted.levels, 6),
    models: part(wanted.models, 1, 4),
    disk: part(wanted.disk, 1, 7),
    gpu: part(wanted.gpu, 0, 2),
    log: part(0, 0, 0),
  };
  return given(parts, rows);
}

function part(wanted: number, least: number, importance: number): Part {
  return { wanted, least: Math.min(least, wanted), importance };
}

function given(parts: Record<Exclude<keyof Given, 'filler'>, Part>, rows: number): Given {
  const names = Object.keys(parts) as (keyof typeof parts)[];
  const counts = giveWay(
    names.map((name) => parts[name]),
    rows,
  );
  const result = Object.fromEntries(names.map((name, at) => [name, counts[at] ?? 0])) as Record<
    keyof typeof parts,
    number
  >;
  const used = counts.reduce((sum, count) => sum + count, 0);
  return { ...result, filler: Math.max(0, rows - used) };
}
