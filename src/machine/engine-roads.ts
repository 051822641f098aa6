import type { Fix } from '../contract/diagnosis.ts';
import { shellQuoted } from './docker-group.ts';
import { distributionPackages, dockerRepository, type Packages } from './engine-packages.ts';
import type { Host, MissingEngine } from './types.ts';

/** One program that is run on a road, without a shell around it. */
export interface RoadCommand {
  argv: [string, ...string[]];
  root: boolean;
  /** Its failure is no failure of the whole: the package or the service is not known here. */
  optional: boolean;
}

/** A way from "no engine answers" to one that does. */
export interface EngineRoad {
  id:
    | 'distribution'
    | 'docker-repository'
    | 'start'
    | 'group'
    | 'session-group'
    | 'desktop'
    | 'tell';
  title: string;
  /** Its size, or what it means. */
  note: string;
  /** The command that undoes it, null where there is nothing to undo. */
  undo: string | null;
  commands: RoadCommand[];
  /** `tell`: only the person can walk it; `here`: this program can. */
  walks: 'here' | 'tell';
  /** True when one of its steps needs root rights: asked for by `y`, on a page of its own. */
  root: boolean;
}

const tool = (...argv: RoadCommand['argv']): RoadCommand => ({ argv, root: true, optional: false });

/**
 * The roads for this machine, the recommended one first; [] where an engine is ready or none can be
 * had here (a pod, a container without rights). Pure.
 */
export function engineRoads(host: Host, engine: MissingEngine): EngineRoad[] {
  switch (engine.state) {
    case 'absent':
      return orTold(installRoads(host), engine);
    case 'not-running':
      return host.platform === 'linux' ? [startRoad(host)] : told(engine);
    case 'no-permission':
      return [groupRoad(host, engine)];
    case 'desktop-stopped':
      return engine.fixes.map(desktopRoad);
    case 'cannot-run-here':
      return [];
    case 'wrong-context':
    case 'timeout':
    case 'desktop-not-integrated':
    case 'windows-containers':
    case 'unreachable':
    case 'ssh':
      return told(engine);
    default:
      return engine.state satisfies never;
  }
}

/** Where there is no road to walk, what the person can do is said. */
function orTold(roads: EngineRoad[], engine: MissingEngine): EngineRoad[] {
  return roads.length > 0 ? roads : told(engine);
}

/** As a person would type it: with sudo where this person is not root. */
export function shownCommand({ argv, root }: RoadCommand, isRoot: boolean): string {
  return [...(root && !isRoot ? ['sudo'] : []), ...argv.map(shellQuoted)].join(' ');
}

function installRoads(host: Host): EngineRoad[] {
  // In WSL and on macOS that is Docker Desktop, which its own installer brings.
  if (host.platform !== 'linux' || host.wslDistro !== null) return [];
  const distro = host.distro ?? [];
  const packaged = distributionPackages(distro);
  const own = dockerRepository(distro);
  // Only root may use what was just installed; a member of the group does not have to be.
  const after = [startCommand(host), ...(host.uid === 0 ? [] : [joinGroup(host)])];
  const through = (found: Packages) => [...found.commands, ...after];
  const roads: EngineRoad[] = [];
  if (packaged) {
    const title = "Install the distribution's Docker";
    roads.push(road('distribution', title, packaged.note, packaged.undo, through(packaged)));
  }
  if (own) {
    const title = "Install from Docker's repository";
    roads.push(road('docker-repository', title, own.note, own.undo, through(own)));
  }
  return roads;
}

function startRoad(host: Host): EngineRoad {
  const { argv } = startCommand(host);
  const undo = argv
    .join(' ')
    .replace('enable --now', 'disable --now')
    .replace(/start$/, 'stop');
  return road('start', 'Start Docker', 'nothing is installed', undo, [startCommand(host)]);
}

/** Which of them starts it is found by trying; this is the one that is tried first. */
export function startCommand({ systemd }: Host): RoadCommand {
  return systemd
    ? tool('systemctl', 'enable', '--now', 'docker')
    : { ...tool('service', 'docker', 'start'), optional: true };
}

export const DAEMON_LOG = '/var/log/dockerd.log';

/**
 * The daemon by itself, for a machine without anything that starts services. The shell goes into the
 * background, not sudo: in a session of its own sudo would not know the password that was given.
 */
export const daemonCommand: RoadCommand = tool(
  'sh',
  '-c',
  `setsid dockerd >>${DAEMON_LOG} 2>&1 </dev/null &`,
);

/** By a person who is told of it, engine-problem.ts says which command makes a member. */
function groupRoad(host: Host, engine: MissingEngine): EngineRoad {
  const member = !engine.fixes.some(({ command }) => command?.includes('usermod'));
  if (member) {
    const title = `Go on as a member of group docker`;
    const note = 'without logging out';
    return { ...plain, id: 'session-group', title, note, commands: [], walks: 'here' };
  }
  const title = `Add ${host.user} to group docker`;
  const note = 'its members can become root';
  return road('group', title, note, `sudo gpasswd -d ${host.user} docker`, [joinGroup(host)]);
}

export function joinGroup({ user }: Host): RoadCommand {
  return tool('usermod', '-aG', 'docker', user);
}

function desktopRoad({ label, command }: Fix): EngineRoad {
  const commands: RoadCommand[] = command
    ? [{ argv: ['sh', '-c', command], root: false, optional: false }]
    : [];
  const walks = command ? 'here' : 'tell';
  const note = 'takes about a minute';
  return { ...plain, id: 'desktop', title: label, note, commands, walks };
}

/** What this program cannot do for the person: in Desktop's settings, in their shell, on Windows. */
function told({ fixes }: MissingEngine): EngineRoad[] {
  return fixes.map(({ label, command }) => ({
    ...plain,
    id: 'tell',
    title: label,
    note: 'by you, then check again',
    commands: command ? [{ argv: ['sh', '-c', command], root: false, optional: false }] : [],
    walks: 'tell',
  }));
}

const plain = { undo: null, root: false } as const;

function road(
  id: EngineRoad['id'],
  title: string,
  note: string,
  undo: string,
  commands: RoadCommand[],
): EngineRoad {
  return { id, title, note, undo, commands, walks: 'here', root: true };
}
