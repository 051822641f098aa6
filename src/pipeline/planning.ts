import { dirname, join } from 'node:path';
import type { Choices, ResolvedChoices } from '../contract/choices.ts';
import type { Pins } from '../contract/update.ts';
import { inventory } from '../machine/inventory.ts';
import { measureHub } from '../machine/network.ts';
import { observe } from '../machine/observe.ts';
import type { Inventory, Machine } from '../machine/types.ts';
import { hubAccess } from '../models/hub-access.ts';
import { throughProxies } from '../models/through-proxies.ts';
import { connectDocker, resolveEndpoint } from '../ports/docker.ts';
import { makeFolder } from '../ports/make-folder.ts';
import { plan } from '../recipe/plan.ts';
import { resolveChoices } from '../recipe/resolve-choices.ts';
import type { History, Planned } from '../recipe/types.ts';
import { buildContext } from './build-context.ts';
import { choiceFacts } from './choice-facts.ts';
import type { Ports } from './context.ts';
import { readHistory } from './history.ts';
import { personPath } from './person-path.ts';
import { presentHere, reusePlaces } from './present-here.ts';

export interface PlanRequest {
  choices: Choices;
  profile: string | null;
  /** Folder that relative paths in the choices start from. */
  cwd: string;
  home: string;
  runsDir: string;
  /** Pins to plan with; undefined: those that were proved for the profile. */
  pins?: Pins | null | undefined;
}

/** A plan with all that it was made from, so that a run need not look twice. */
export interface PlannedHere {
  planned: Planned;
  machine: Machine;
  inventory: Inventory;
  history: History;
  context: { dir: string; dockerfile: string } | null;
}

/**
 * Looks at this machine and plans: the one way from choices to a plan, for `plan`, `run` and the
 * screens. Works without Docker and network; what could not be seen is among the plan's warnings.
 */
export async function planHere(
  request: PlanRequest,
  ports: Ports,
  signal: AbortSignal,
  onMachine?: (part: Partial<Machine>) => void,
): Promise<PlannedHere> {
  const choices = resolveChoices(request.choices);
  const machine = await observe({
    env: ports.env,
    processes: ports.processes,
    clock: ports.clock,
    dirs: {
      models: choices.modelsDir,
      output: choices.outputDir,
      state: request.runsDir,
    },
    signal,
    ...(onMachine ? { onPart: onMachine } : {}),
  });
  signal.throwIfAborted();
  const docker =
    machine.engine.state === 'ready'
      ? await connectDocker(await resolveEndpoint(ports.env, request.home))
      : null;
  // Beside runs/: a context is assembled once and used by every run.
  const contextsDir = join(request.runsDir, '..', 'contexts');
  makeFolder(contextsDir);
  const modelsDir = personPath(choices.modelsDir, machine.host, request.cwd);
  const stateDir = dirname(request.runsDir);
  const [found, history, context, present, hubBytesPerSecond] = await Promise.all([
    inventory({ docker, runsDir: request.runsDir }),
    readHistory(request.runsDir, choices.recipe),
    buildContext({
      choices,
      engine: machine.engine,
      contextsDir,
      cwd: request.cwd,
      home: machine.host.home,
    }),
    presentHere({
      ...{ choices, modelsDir, stateDir, docker, signal },
      reuseFrom: reusePlaces(choices, ports.env, machine.host.home, (path) =>
        personPath(path, machine.host, request.cwd),
      ),
    }),
    hubSpeed(choices, ports, signal),
  ]);
  const { env } = ports;
  const pointed = await choiceFacts({ ...request, choices, machine, docker, env });
  const planned = plan({
    ...pointed,
    machine,
    inventory: found,
    history,
    choices: request.choices,
    profile: request.profile,
    context,
    present,
    hubBytesPerSecond,
  });
  return { planned, machine, inventory: found, history, context };
}

/** Measured where models may have to be fetched; a plan without a network says so by its range. */
async function hubSpeed(
  { recipe, mirrors, target }: ResolvedChoices,
  { env, processes }: Ports,
  signal: AbortSignal,
): Promise<number | null> {
  if (recipe !== 'steadydancer' || target !== 'local') return null;
  const { endpoint } = hubAccess(env, mirrors?.hub ? { endpoint: mirrors.hub } : {});
  const fetch = throughProxies(env);
  return measureHub({ fetch, env, processes, signal }, endpoint).catch(() => {
    signal.throwIfAborted();
    return null;
  });
}
