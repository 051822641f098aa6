import type { Choices } from '../src/contract/choices.ts';
import type { CheckResult } from '../src/contract/doctor.ts';
import type { Event } from '../src/contract/events.ts';
import type { WayToOpen } from '../src/launch/browser.ts';
import type { EngineRoad } from '../src/machine/engine-roads.ts';
import type { Provided } from '../src/machine/provide-engine.ts';
import type { Machine } from '../src/machine/types.ts';
import type { Clock } from '../src/ports/clock.ts';
import type { Planned } from '../src/recipe/types.ts';
import type { ControlMessage, ControlReply } from '../src/runner/control-protocol.ts';
import type { Terminal } from './kit/mount.tsx';
import type { RunWorld } from './panes/run-world.ts';

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
  machine: Partial<Machine>;
  /** In the order in which they are shown; a row never moves. */
  checks: readonly CheckRow[];
}

/** What a front-end of a run needs of the world; `attach` needs no more. */
export interface RunDeps extends RunWorld {
  clock: Clock;
  terminal: Terminal;
  /** A line on the main screen, after the screens are gone. */
  say(line: string): void;
  /** The run's events from its start on; ends with its result, or when nobody writes any more. */
  follow(runId: string, signal: AbortSignal): AsyncIterable<Event>;
  /** Never throws: a run that cannot be reached is a reply with `ok: false`. */
  control(runId: string, message: ControlMessage): Promise<ControlReply>;
  /** How an address gets before the person: a browser here, a line to type elsewhere, or neither. */
  wayToOpen?(url: string): WayToOpen;
  /** Opens an address in the browser of the person in front; false where none could be started. */
  open?(url: string): Promise<boolean>;
  /** Stops a container by its id; throws a Failure. */
  stopContainer?(id: string): Promise<void>;
}

/** Whether commands can be run as root: at once, after sudo's question for a password, or not. */
export type RootRights = 'have' | 'password' | 'none';

export interface WizardDeps extends RunDeps {
  version: string;
  /** The person was past the machine page already, in the process that started this one. */
  goesOn?: boolean;
  /** Says `onSeen` at each thing that was seen; the rows that it has at once come first. */
  observe(onSeen: (seen: Seen) => void, signal: AbortSignal): Promise<Seen>;
  /** Pure but for what it gathers of the disk; throws a Failure or a UsageError. */
  plan(choices: Choices, seen: Seen): Promise<Planned>;
  /** Starts the run's own process; throws a Failure. */
  startRun(planned: Planned): Promise<{ runId: string }>;
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
  /** Answers to start from: a profile's, or none. */
  choices: Choices;
  profile: string | null;
}
