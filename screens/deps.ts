import type { Picture } from '../src/comfyui/media/pixels.ts';
import type { Choices } from '../src/contract/choices.ts';
import type { CheckResult } from '../src/contract/doctor.ts';
import type { Event } from '../src/contract/events.ts';
import type { WayToOpen } from '../src/launch/browser.ts';
import type { EngineRoad } from '../src/machine/engine-roads.ts';
import type { Glance } from '../src/machine/glance.ts';
import type { Measured } from '../src/machine/network.ts';
import type { Provided } from '../src/machine/provide-engine.ts';
import type { Inventory, Machine } from '../src/machine/types.ts';
import type { Clock } from '../src/ports/clock.ts';
import type { Planned } from '../src/recipe/types.ts';
import type { ControlMessage, ControlReply } from '../src/runner/control-protocol.ts';
import type { LastRun } from '../src/runner/last-run.ts';
import type { CleanWorld } from './clean-world.ts';
import type { Terminal } from './kit/mount.tsx';
import type { RunWorld } from './panes/run-world.ts';
import type { ProfilesWorld } from './profiles-world.ts';
import type { TokenWorld } from './token-world.ts';
import type { TroubleWorld } from './trouble-world.ts';

/** A row of the machine page: there from the first frame, filled in where it stands. */
export type CheckRow = CheckResult | CheckingRow;
export interface CheckingRow {
  id: string;
  title: string;
  status: 'checking';
  /** What it waits for. */
  detail: string;
}

export interface Seen {
  /** Parts that have answered. */
  machine: Partial<Machine>;
  /** In the order in which they are shown; a row never moves. */
  checks: readonly CheckRow[];
  /** What earlier runs left; null where the engine could not be asked. */
  inventory?: Inventory | null;
}

/** What a front-end of a run needs of the world; `attach` needs no more. */
export interface RunDeps extends RunWorld {
  clock: Clock;
  terminal: Terminal;
  /** Prints a line on the main screen, after the screens are gone. */
  say(line: string): void;
  /** Events of a run from its first one on; ends with its result, or when its process is gone. */
  follow(runId: string, signal: AbortSignal): AsyncIterable<Event>;
  /** Tells a run something; a run that cannot be reached is a reply with `ok: false`. */
  control(runId: string, message: ControlMessage): Promise<ControlReply>;
  /** How an address gets before the person: a browser here, a line to type elsewhere, or neither. */
  wayToOpen?(url: string): WayToOpen;
  /** Opens an address in the browser of the person in front; false where none could be started. */
  open?(url: string): Promise<boolean>;
  /** Stops a container by its id; throws a Failure. */
  stopContainer?(id: string): Promise<void>;
  /** The first picture of a file; throws where it is none that is decoded here. */
  firstFrame?(path: string): Promise<Picture | null>;
  profiles?(): Promise<ProfilesWorld>;
  cleaning?(): Promise<CleanWorld>;
  token?(): Promise<TokenWorld>;
  /** What the pages of a failure need: it brings the whole engine, so it is loaded with the first. */
  trouble?(): Promise<TroubleWorld>;
}

/** Whether commands can be run as root: at once, after sudo's question for a password, or not. */
export type RootRights = 'have' | 'password' | 'none';

/** What is asked for: answers, and the profile that they come from. */
export interface Asked {
  choices: Choices;
  profile: string | null;
}

/** What the person agreed to, and how far the run goes. */
export interface Begun {
  exposeConfirmed: boolean;
  /** It runs elsewhere: here it ends with the image. */
  imageOnly: boolean;
}

/** Plans other answers over what was gathered once: pure, so at each arrow key. */
export interface Planner {
  plan(asked: Asked): Planned;
  /** The hub's measured rate; null where nothing came, undefined where it was not asked. */
  hubBytesPerSecond: number | null | undefined;
}

/** What the welcome knows in its first frame. */
export interface FirstSight extends Glance {
  last: LastRun | null;
}

/** Where the hub's token comes from. */
export type TokenFrom = 'environment' | 'file' | 'kept' | 'typed' | 'none';

/** What the wizard asks of the engine; loaded behind the first frame. */
export interface WizardWorld {
  /** Says `onSeen` at each thing that was seen; the rows that it has at once come first. */
  observe(choices: Choices, onSeen: (seen: Seen) => void, signal: AbortSignal): Promise<Seen>;
  /** All checks of `doctor`, told as they end. */
  examine(onRows: (rows: readonly CheckRow[]) => void, signal: AbortSignal): Promise<void>;
  /** Gathers what a plan is made from; throws a Failure or a UsageError. */
  planner(
    asked: Asked,
    seen: Seen,
    hubBytesPerSecond: number | null | undefined,
    signal: AbortSignal,
  ): Promise<Planner>;
  /** Starts the run's own process; throws a Failure. */
  startRun(asked: Asked, seen: Seen, how: Begun): Promise<{ runId: string }>;
  /** Starts the container of the last run again and waits until it is ready; throws a Failure. */
  startAgain(onLine: (line: string) => void, signal: AbortSignal): Promise<{ url: string }>;
  /** Bytes a second of each origin and mirror; nothing is kept. */
  measureMirrors(signal: AbortSignal): Promise<Measured[]>;
  /** Names of the person's own profiles. */
  ownProfiles(): Promise<string[]>;
  /** Saves answers under a name; gives the file. Throws a Failure or a UsageError. */
  saveProfile(name: string, choices: Choices): Promise<string>;
  /** Walks a road to an engine, telling each command and line; throws a Failure. */
  walkRoad(
    road: EngineRoad,
    machine: Partial<Machine>,
    onLine: (line: string) => void,
    signal: AbortSignal,
  ): Promise<Provided>;
  rootRights(): Promise<RootRights>;
  /** sudo's question for a password, on the main screen. False when it was not answered. */
  askPassword(): Promise<boolean>;
  tokenFrom(): Promise<TokenFrom>;
  /** The rehearsal's profile: the person's own, where they have one of that name. */
  rehearsal(): Promise<Asked>;
}

export interface WizardDeps extends RunDeps, WizardWorld {
  version: string;
  sight: FirstSight;
  /** The proxy that downloads go through, without a password. */
  proxy: string | null;
  /** What the process that started this one was asked for, where it was past the machine page. */
  goesOn?: Asked;
}
