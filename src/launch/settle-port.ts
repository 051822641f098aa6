import type Docker from 'dockerode';
import type { Emit } from '../contract/events.ts';
import type { Clock } from '../ports/clock.ts';
import type { Question } from '../runner/questions.ts';
import { askAboutPort, nextFreePort } from './port.ts';
import { type PortOwner, portOwner } from './port-owner.ts';

export interface PortInput {
  port: number;
  listen: string;
  /** The engine publishes on this machine, so its ports can be looked at from here. */
  local: boolean;
}

export interface PortPorts {
  docker: Docker;
  clock: Clock;
  emit: Emit;
  ask(question: Question): Promise<string>;
}

const STOP_PATIENCE_S = 10;

/** The port to start with: the wanted one when it is free, else what the question gives. */
export async function freePort(input: PortInput, ports: PortPorts): Promise<number> {
  const owner = await ownerOf(input.port, input, ports);
  return owner.kind === 'free' ? input.port : settle(input.port, owner, input, ports);
}

/** It was free when we looked and taken when the engine bound it. */
export async function portTakenMeanwhile(
  port: number,
  input: PortInput,
  ports: PortPorts,
): Promise<number> {
  const seen = await ownerOf(port, input, ports);
  const owner = seen.kind === 'free' ? { kind: 'unknown' as const, why: 'Docker says so' } : seen;
  return settle(port, owner, input, ports);
}

async function settle(
  wanted: number,
  owner: Exclude<PortOwner, { kind: 'free' }>,
  input: PortInput,
  ports: PortPorts,
): Promise<number> {
  const { ask, clock, docker, emit } = ports;
  const next = await nextFreePort(wanted + 1, (port) => ownerOf(port, input, ports));
  const choice = await askAboutPort({ wanted, now: clock.now(), ask }, owner, next);
  if (choice.said) emit({ type: 'note', level: 'warn', text: choice.said });
  if (choice.stop) {
    await docker.getContainer(choice.stop.id).stop({ t: STOP_PATIENCE_S });
    emit({ type: 'container', state: 'stopped', id: choice.stop.id, name: choice.stop.name });
  }
  return choice.port;
}

function ownerOf(port: number, input: PortInput, { docker }: PortPorts): Promise<PortOwner> {
  return portOwner({ port, listen: input.listen, docker, local: input.local });
}
