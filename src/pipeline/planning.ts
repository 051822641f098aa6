import { dirname } from 'node:path';
import type Docker from 'dockerode';
import type { Choices, ResolvedChoices } from '../contract/choices.ts';
import type { Pins } from '../contract/update.ts';
import { inventory } from '../machine/inventory.ts';
import { measureHub } from '../machine/network.ts';
import { observe } from '../machine/observe.ts';
import type { Inventory, Machine } from '../machine/types.ts';
import { hubAccess } from '../models/hub-access.ts';
import { throughProxies } from '../models/through-proxies.ts';
import { connectDocker, resolveEndpoint } from '../ports/docker.ts';
import { contextsDir } from '../profiles/places.ts';
import { plan } from '../recipe/plan.ts';
import { resolveChoices } from '../recipe/resolve-choices.ts';
import type { History, PlanInput, Planned } from '../recipe/types.ts';
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

/** What a plan is made from, gathered once: other choices are planned over it without looking again. */
export type PlanFacts = Omit<PlanInput, 'choices' | 'profile'>;

/** What is known already and need not be looked at again. */
export interface Known {
  machine?: Machine;
  /** Undefined: to be measured where it counts; null: nothing came. */
  hubBytesPerSecond?: number | null | undefined;
  /** Null: the engine could not be asked. */
  inventory?: Inventory | null;
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
  const facts = await gatherFacts(request, ports, signal, onMachine ? { onMachine } : {});
  const { choices, profile } = request;
  const planned = plan({ ...facts, choices, profile });
  const { machine, inventory: found, history, context } = facts;
  return { planned, machine, inventory: found, history, context };
}

/** All that plan() looks at, but for the choices; what is known already is taken as it is. */
export async function gatherFacts(
  request: PlanRequest,
  ports: Ports,
  signal: AbortSignal,
  given: { known?: Known; onMachine?: (part: Partial<Machine>) => void } = {},
): Promise<PlanFacts> {
  const choices = resolveChoices(request.choices);
  const { known = {}, onMachine } = given;
  const machine =
    known.machine ??
    (await observe({
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
    }));
  signal.throwIfAborted();
  const modelsDir = personPath(choices.modelsDir, machine.host, request.cwd);
  const stateDir = dirname(request.runsDir);
  const [found, history, context, present, hubBytesPerSecond] = await Promise.all([
    known.inventory ?? takeInventory(machine, request, ports),
    readHistory(request.runsDir, choices.recipe),
    buildContext({
      choices,
      engine: machine.engine,
      contextsDir: contextsDir(request.runsDir),
      cwd: request.cwd,
      home: machine.host.home,
    }),
    engineHere(machine, request, ports).then((docker) =>
      presentHere({
        ...{ choices, modelsDir, stateDir, docker, signal },
        reuseFrom: reusePlaces(choices, ports.env, machine.host.home, (path) =>
          personPath(path, machine.host, request.cwd),
        ),
      }),
    ),
    known.hubBytesPerSecond === undefined
      ? hubSpeed(choices, ports, signal)
      : known.hubBytesPerSecond,
  ]);
  const { env } = ports;
  const docker = await engineHere(machine, request, ports);
  const pointed = await choiceFacts({ ...request, choices, machine, docker, env });
  const seen = { inventory: found, history, context, present, hubBytesPerSecond };
  return { machine, ...seen, ...pointed };
}

async function takeInventory(
  machine: Machine,
  request: PlanRequest,
  ports: Ports,
): Promise<Inventory> {
  const docker = await engineHere(machine, request, ports);
  return inventory({ docker, runsDir: request.runsDir });
}

async function engineHere(
  { engine }: Machine,
  { home }: PlanRequest,
  { env }: Ports,
): Promise<Docker | null> {
  return engine.state === 'ready' ? connectDocker(await resolveEndpoint(env, home)) : null;
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
