import type Docker from 'dockerode';
import { Failure } from '../contract/failure.ts';
import type { ReadyEngine } from '../machine/types.ts';
import type { Processes } from '../ports/processes.ts';
import { buildxBuilder, mustLoad } from './buildx-builder.ts';
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
  /** What lookAhead() found. */
  load?: Promise<boolean> | undefined;
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

function transport({ engine, processes, docker, forced, env, load }: BuilderChoice): Builder {
  const usable = hasBuildx(engine);
  if (forced === 'buildx' && !usable) {
    throw new Failure({
      code: 'build-buildx-missing',
      sentence: `buildx ${engine.buildx ?? 'is not there'}; 0.12 or later is needed.`,
      proof: engine.buildx ?? 'docker buildx version gave no version',
    });
  }
  if (forced === 'engine' || !usable) return engineBuilder(docker);
  return buildxBuilder({ processes, env: { ...env, ...whereIs(engine) }, load });
}

/** Asks buildx for its builder's driver before a build needs the answer; undefined without buildx. */
export function lookAhead(
  { engine, processes, env }: Pick<BuilderChoice, 'engine' | 'processes' | 'env'>,
  signal: AbortSignal,
): Promise<boolean> | undefined {
  if (!hasBuildx(engine)) return undefined;
  const answer = mustLoad(processes, { ...env, ...whereIs(engine) }, signal);
  // Who builds hears of it; a run that builds nothing has no use for it.
  answer.catch(() => {});
  return answer;
}

function hasBuildx({ buildx }: ReadyEngine): boolean {
  return buildx !== null && canRawjson(buildx);
}

/** A context may hold TLS material that an address alone does not. */
function whereIs({ endpoint }: ReadyEngine): Record<string, string> {
  const { context, url } = endpoint;
  return context === null ? { DOCKER_HOST: url } : { DOCKER_CONTEXT: context };
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
