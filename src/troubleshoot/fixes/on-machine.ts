import { engineRoads, type RoadCommand } from '../../machine/engine-roads.ts';
import { toolkitFixes } from '../../machine/gpu-container-problem.ts';
import { walkRoad } from '../../machine/provide-engine.ts';
import { readyMinutes } from './ready-minutes.ts';
import { runCommands, shown } from './root-commands.ts';
import type { FixAction, FixPlan, FixWorld, Trouble } from './types.ts';

const CDI_FILE = '/etc/cdi/nvidia.yaml';

/** Installs, starts or opens the engine by the road that this machine has. */
export const toEngine: FixAction = async (trouble, fix, world) => {
  const { host, engine } = world.machine;
  if (engine.state === 'ready') return { not: 'Docker answers now.' };
  const roads = engineRoads(host, engine).filter(({ walks }) => walks === 'here');
  const road = roads.find(({ id }) => wanted(fix.applies, id)) ?? roads[0];
  if (!road) return { not: engine.sentence };
  const { run } = trouble;
  return {
    id: fix.applies ?? 'to-engine',
    title: road.title,
    does: `${capital(road.note)}.`,
    objects: road.commands.map((command) => ({
      name: command.argv.join(' '),
      bytes: null,
      note: command.root ? 'as root' : '',
    })),
    frees: null,
    download: null,
    minutes: run?.planned ? readyMinutes(run, run.planned) : null,
    undo: road.undo ?? 'Nothing is changed on this machine.',
    notes: [],
    commands: shown(road.commands, host.uid),
    confirm: road.root ? 'y' : 'enter',
    root: road.root,
    retries: run !== null,
    apply: async (signal, onLine) => {
      const { env, processes, clock } = world;
      const onCommand = (command: string) => onLine(`$ ${command}`);
      const ports = { env, processes, clock, host, engine };
      const came = await walkRoad(road, { ...ports, onCommand, onLine, signal });
      return came === 'group' ? { underGroup: true } : {};
    },
  };
};

function wanted(applies: string | undefined, id: string): boolean {
  switch (applies) {
    case 'start-engine':
      return id === 'start';
    case 'start-desktop':
      return id === 'desktop';
    case 'join-docker-group':
      return id === 'group' || id === 'session-group';
    case 'install-engine':
      return id === 'distribution' || id === 'docker-repository';
    default:
      return false;
  }
}

/** Writes the engine's list of GPUs again from what the driver says now. */
export const writeCdiList: FixAction = async (trouble, fix, world) => {
  const { host } = world.machine;
  const commands = [rootShell(`nvidia-ctk cdi generate --output=${CDI_FILE}`)];
  return rootPlan(trouble, world, commands, {
    id: fix.applies ?? 'write-cdi-list',
    title: "Write the engine's list of GPUs (CDI) again",
    does: `${CDI_FILE} is written from what the driver says now. Nothing is installed.`,
    objects: [{ name: CDI_FILE, bytes: null, note: 'replaced' }],
    undo: `It is made from the driver each time: sudo rm ${CDI_FILE} takes it away.`,
    commands: [`${host.uid === 0 ? '' : 'sudo '}nvidia-ctk cdi generate --output=${CDI_FILE}`],
  });
};

/** NVIDIA's container toolkit, and its entry in the engine's settings. */
export const installToolkit: FixAction = async (trouble, fix, world) => {
  const { host, engine } = world.machine;
  if (engine.state !== 'ready') return { not: 'Docker does not answer.' };
  // As root has it: without sudo in the middle of pipes.
  const steps = toolkitFixes({ ...host, uid: 0 }, engine).flatMap(({ command }) => command ?? []);
  if (steps.length < 2) return { not: 'How it is installed here is not known; NVIDIA says how.' };
  const byHand = toolkitFixes(host, engine).flatMap(({ command }) => command ?? []);
  return rootPlan(trouble, world, steps.map(rootShell), {
    id: fix.applies ?? 'install-toolkit',
    title: "Install NVIDIA's container toolkit and give it to Docker",
    does: 'A package source of NVIDIA is added, the package is installed, and Docker is restarted: running containers stop.',
    objects: [
      { name: 'nvidia-container-toolkit', bytes: null, note: 'about 15 MB, from NVIDIA' },
      { name: '/etc/docker/daemon.json', bytes: null, note: 'gets the runtime nvidia' },
    ],
    undo: 'sudo apt-get remove nvidia-container-toolkit (dnf, zypper or pacman where that is yours)',
    commands: byHand,
  });
};

/** Gives the folders that the container writes to the person. */
export const ownFolders: FixAction = async (trouble, fix, world) => {
  const { host } = world.machine;
  const choices = trouble.run?.planned?.choices;
  if (!choices || host.uid === null)
    return { not: 'There is no run here whose folders are known.' };
  const home = (path: string) => path.replace(/^~(?=\/|$)/, host.home);
  const folders = [choices.modelsDir, choices.outputDir, choices.inputDir].map(home);
  const owner = `${host.uid}:${host.gid ?? host.uid}`;
  const command: RoadCommand = {
    argv: ['chown', '-R', owner, ...folders],
    root: true,
    optional: false,
  };
  return rootPlan(trouble, world, [command], {
    id: fix.applies ?? 'own-folders',
    title: `Give the folders to ${host.user}`,
    does: 'Owner and group of these folders and of what is in them change. Nothing is removed.',
    objects: folders.map((name) => ({ name, bytes: null, note: `owner ${owner}` })),
    undo: null,
    commands: shown([command], host.uid),
  });
};

function rootPlan(
  { run }: Trouble,
  world: FixWorld,
  commands: readonly RoadCommand[],
  about: Pick<FixPlan, 'id' | 'title' | 'does' | 'objects' | 'undo' | 'commands'>,
): FixPlan {
  return {
    ...about,
    frees: null,
    download: null,
    minutes: run?.planned ? readyMinutes(run, run.planned) : null,
    notes: [],
    confirm: 'y',
    root: true,
    retries: run !== null,
    apply: async (signal, onLine) => {
      await runCommands(commands, world, signal, onLine);
      return {};
    },
  };
}

function rootShell(text: string): RoadCommand {
  return { argv: ['sh', '-c', text], root: true, optional: false };
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
