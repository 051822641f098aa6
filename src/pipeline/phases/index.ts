import type { Phase } from '../context.ts';
import { dependencies } from './dependencies.ts';
import { image } from './image.ts';
import { launch } from './launch.ts';
import { models } from './models.ts';
import { prepare } from './prepare.ts';
import { smoke } from './smoke.ts';
import { validate } from './validate.ts';

/** The phases of a run on this machine, in order (DESIGN.md, "How data flows"). */
export const phases: readonly Phase[] = [
  prepare,
  validate,
  dependencies,
  models,
  image,
  launch,
  smoke,
];
