import { z } from 'zod';
import { type ExitCode, exitCodes } from './exit-codes.ts';

/** The phases of a run, in the order in which they are listed. */
export const phaseIds = [
  'prepare',
  'validate',
  'dependencies',
  'models',
  'image',
  'launch',
  'smoke',
  'push',
  'deploy',
] as const;
export const phaseIdSchema = z.enum(phaseIds);
export type PhaseId = z.infer<typeof phaseIdSchema>;

/** Exit code of a failure in a phase that has no more specific code. */
export const phaseExitCodes: Record<PhaseId, ExitCode> = {
  prepare: exitCodes.prepare,
  validate: exitCodes.validate,
  dependencies: exitCodes.build,
  models: exitCodes.models,
  image: exitCodes.build,
  launch: exitCodes.launch,
  smoke: exitCodes.smoke,
  push: exitCodes.push,
  deploy: exitCodes.deploy,
};

/** Levels of the smoke test, in order: each proves more than the one before. */
export const smokeLevelIds = [
  'reachable',
  'gpu',
  'nodes',
  'models',
  'workflow',
  'render',
  'file',
] as const;
export const smokeLevelIdSchema = z.enum(smokeLevelIds);
export type SmokeLevelId = z.infer<typeof smokeLevelIdSchema>;

/** Places whose disk is watched. Several can share a filesystem. */
export const diskPlaces = ['docker', 'models', 'output', 'temp', 'state'] as const;
export const diskPlaceSchema = z.enum(diskPlaces);
export type DiskPlace = z.infer<typeof diskPlaceSchema>;

/** Labels that mark what we leave in the engine. */
export const labels = {
  run: 'io.steadydancer.run',
  plan: 'io.steadydancer.plan',
  profile: 'io.steadydancer.profile',
  role: 'io.steadydancer.role',
  /** On an image whose attention back-end is not the one that was asked for. */
  attention: 'io.steadydancer.attention',
} as const;
