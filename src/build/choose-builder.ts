import type Docker from 'dockerode';
import { Failure } from '../contract/failure.ts';
import type { ReadyEngine } from '../machine/types.ts';
import type { Processes } from '../ports/processes.ts';
import { buildxBuilder } from './buildx-builder.ts';
import { engineBuilder } from './engine-builder.ts';
import { redactedBuilder } from './redacted-builder.ts';
import type { Builder } from './types.ts';

/** The first buildx with `--progress=rawjson` (docker/buildx release notes of v0.12.0). */
const OLDEST_BUILDX = [0, 12] as const;

export interface BuilderChoice {
  engine: ReadyEngine;
  processes: Processes;
  docker: Docker;
  forced?: 'buildx' | 'engine';
  /** More environment for the docker command (DOCKER_CONFIG, BUILDX_BUILDER). */
  env?: Record<string, string | undefined>;
  /** Values that no event and no failure may hold. */
  secrets?: readonly string[];
}

/**
 * buildx where it is new enough, else the engine's API.
 * @throws Failure build-buildx-missing when buildx is forced and is not there
 */
export function chooseBuilder(choice: BuilderChoice): Builder {
  return redactedBuilder(transport(choice), choice.secrets ?? []);
}

function transport({ engine, processes, docker, forced, env }: BuilderChoice): Builder {
  const usable = engine.buildx !== null && canRawjson(engine.buildx);
  if (forced === 'buildx' && !usable) {
    throw new Failure({
      code: 'build-buildx-missing',
      sentence: `buildx ${engine.buildx ?? 'is not there'}; 0.12 or later is needed.`,
      proof: engine.buildx ?? 'docker buildx version gave no version',
    });
  }
  if (forced === 'engine' || !usable) return engineBuilder(docker);
  // A context may hold TLS material that an address alone does not.
  const { context, url } = engine.endpoint;
  const where = context === null ? { DOCKER_HOST: url } : { DOCKER_CONTEXT: context };
  return buildxBuilder({ processes, env: { ...env, ...where } });
}

/** `0.13.1`, `v0.29.1`, `0.13.1+ds1` … */
export function canRawjson(version: string): boolean {
  const [, major, minor] = /(\d+)\.(\d+)/.exec(version) ?? [];
  if (major === undefined || minor === undefined) return false;
  const [oldestMajor, oldestMinor] = OLDEST_BUILDX;
  return (
    Number(major) > oldestMajor || (Number(major) === oldestMajor && Number(minor) >= oldestMinor)
  );
}
