import type { Fix } from '../contract/diagnosis.ts';
import { shellQuoted } from './docker-group.ts';
import { distributionPackages, dockerRepository } from './engine-packages.ts';
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
  /** Its size, and how it is undone. */
  note: string;
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
      return [...installRoads(host), ...told(engine, host.platform === 'linux' && !wsl(host))];
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

/** As a person would type it: with sudo where this person is not root. */
export function shownCommand({ argv, root }: RoadCommand, isRoot: boolean): string {
  return [...(root && !isRoot ? ['sudo'] : []), ...argv.map(shellQuoted)].join(' ');
}

function installRoads(host: Host): EngineRoad[] {
  // In WSL and on macOS that is Docker Desktop, which its own installer brings.
  if (host.platform !== 'linux' || wsl(host)) return [];
  const distro = host.distro ?? [];
  const packaged = distributionPackages(distro);
  const own = dockerRepository(distro);
  const start = startCommand(host);
  return [
    ...(packaged
      ? [
          road('distribution', "Install the distribution's Docker and start it", packaged.note, [
            ...packaged.commands,
            start,
          ]),
        ]
      : []),
    ...(own
      ? [
          road(
            'docker-repository',
            "Install Docker from Docker's own repository and start it",
            own.note,
            [...own.commands, start],
          ),
        ]
      : []),
  ];
}

function startRoad(host: Host): EngineRoad {
  const note = 'nothing is installed; it is stopped as any service is';
  return road('start', 'Start Docker', note, [startCommand(host)]);
}

/** Which of them starts it is found by trying; this is the one that is tried first. */
export function startCommand({ systemd }: Host): RoadCommand {
  return systemd
    ? tool('systemctl', 'enable', '--now', 'docker')
    : { ...tool('service', 'docker', 'start'), optional: true };
}

/** The daemon by itself, for a machine without anything that starts services. */
export const plainDaemon: RoadCommand = tool('dockerd');

/** By a person who is told of it, engine-problem.ts says which command makes a member. */
function groupRoad(host: Host, engine: MissingEngine): EngineRoad {
  const member = !engine.fixes.some(({ command }) => command?.includes('usermod'));
  if (member) {
    const title = `Go on as a member of group docker`;
    const note = 'no need to log out: the wizard starts again with the group in force';
    return { id: 'session-group', title, note, commands: [], walks: 'here', root: false };
  }
  const title = `Add ${host.user} to group docker and go on`;
  const note = `its members can become root; undone by: sudo gpasswd -d ${host.user} docker`;
  return road('group', title, note, [joinGroup(host)]);
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
  return { id: 'desktop', title: label, note, commands, walks, root: false };
}

/** What this program cannot do for the person: in Desktop's settings, in their shell, on Windows. */
function told({ fixes }: MissingEngine, walkedAlready = false): EngineRoad[] {
  if (walkedAlready) return [];
  return fixes.map(({ label, command }) => ({
    id: 'tell',
    title: label,
    note: 'by you, then check again',
    commands: command ? [{ argv: ['sh', '-c', command], root: false, optional: false }] : [],
    walks: 'tell',
    root: false,
  }));
}

function road(
  id: EngineRoad['id'],
  title: string,
  note: string,
  commands: RoadCommand[],
): EngineRoad {
  return { id, title, note, commands, walks: 'here', root: true };
}

function wsl({ wslDistro }: Host): boolean {
  return wslDistro !== null;
}
