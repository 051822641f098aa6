import { stat } from 'node:fs/promises';
import type Docker from 'dockerode';
import type { ResolvedChoices } from '../contract/choices.ts';
import { Failure } from '../contract/failure.ts';
import type { Pins } from '../contract/update.ts';
import type { Machine } from '../machine/types.ts';
import { withTimeLimit } from '../ports/time-limit.ts';
import { readPins } from '../profiles/pins-store.ts';
import type { PlanInput } from '../recipe/types.ts';
import { lookAtImage } from './image-source.ts';
import { personPath } from './person-path.ts';

/** A folder on a network share that does not answer must not hold a plan. */
const LOOK_LIMIT_MS = 3_000;

export interface ChoiceFactsRequest {
  choices: ResolvedChoices;
  profile: string | null;
  machine: Machine;
  /** null: the engine could not be asked. */
  docker: Docker | null;
  env: NodeJS.ProcessEnv;
  home: string;
  cwd: string;
  /** Pins of this run alone; undefined: those of the profile. */
  pins?: Pins | null | undefined;
}

/**
 * What the choices point at, looked at before planning: the profile's proved pins, a ready image,
 * folders that are none.
 * @throws Failure pins-unreadable
 */
export async function choiceFacts(
  request: ChoiceFactsRequest,
): Promise<Pick<PlanInput, 'pins' | 'image' | 'cwd' | 'problem'>> {
  const { choices, profile, machine, docker, env, home, cwd } = request;
  const own = choices.recipe === 'steadydancer' && request.pins === undefined;
  return {
    cwd,
    pins: own ? readPins(profile, { env, home }) : (request.pins ?? null),
    image: await lookAtImage(choices, docker, machine.host, cwd),
    problem: await folderProblem(choices, machine, cwd),
  };
}

/** A folder of the choices that is a file, or lies below one: known now, not after the build. */
async function folderProblem(
  choices: ResolvedChoices,
  { host, engine }: Machine,
  cwd: string,
): Promise<Failure | null> {
  const remote = engine.state === 'ready' && engine.endpoint.remote;
  if (remote || choices.target !== 'local') return null;
  const models = choices.recipe === 'rehearsal' ? [] : (['modelsDir'] as const);
  for (const key of [...models, 'outputDir', 'inputDir'] as const) {
    const path = personPath(choices[key], host, cwd);
    const why = await noFolder(path);
    if (why === null) continue;
    return new Failure({
      code: 'folder-is-file',
      sentence: `${key} is ${path}, and that is no folder.`,
      proof: why,
      phase: 'prepare',
      fixes: [{ label: `Name a folder (--set ${key}=FOLDER); it is made where it is not there` }],
    });
  }
  return null;
}

async function noFolder(path: string): Promise<string | null> {
  const look = async () => {
    const found = await stat(path);
    return found.isDirectory() ? null : `${path} is a file of ${found.size} bytes`;
  };
  return withTimeLimit(look, { timeoutMs: LOOK_LIMIT_MS }).catch((error: NodeJS.ErrnoException) =>
    error.code === 'ENOTDIR' ? error.message : null,
  );
}
