import { Failure } from '../contract/failure.ts';
import type { Question } from '../runner/questions.ts';
import { formatDuration } from '../text/format.ts';
import type { PortOwner } from './port-owner.ts';

export interface PortChoice {
  port: number;
  /** One sentence when it is not the port that was asked for. */
  said: string | null;
  /** A container that the person wants stopped first. */
  stop?: { id: string; name: string };
}

export interface PortWishes {
  wanted: number;
  now: Date;
  /** Who has a port now. */
  ownerOf(port: number): Promise<PortOwner>;
  /** Asks the person; under `--yes` it answers with what the question says. */
  ask(question: Question): Promise<string>;
}

/** Ports tried after the wanted one. */
const NEXT_PORTS = 100;
const DAY_MS = 86_400_000;
const HIGHEST_PORT = 65_535;

/**
 * The port to publish on. Taken: a question, whose unattended answer is the next free one.
 * @throws Failure `port-taken` when the person chooses neither, or no port of the next 100 is free;
 *   what `ask` throws when nobody may answer (exit code 18)
 */
export async function choosePort(wishes: PortWishes): Promise<PortChoice> {
  const owner = await wishes.ownerOf(wishes.wanted);
  if (owner.kind === 'free') return { port: wishes.wanted, said: null };
  const next = await nextFreePort(wishes.wanted + 1, wishes.ownerOf);
  return askAboutPort(wishes, owner, next);
}

/** The question about a taken port; also for one that was taken between look and start. */
export async function askAboutPort(
  { wanted, now, ask }: Pick<PortWishes, 'wanted' | 'now' | 'ask'>,
  owner: Exclude<PortOwner, { kind: 'free' }>,
  next: number | null,
): Promise<PortChoice> {
  const taken = takenSentence(wanted, owner, now);
  if (next === null) {
    throw portTaken(`${taken} The ${NEXT_PORTS} ports after it are taken too.`, owner);
  }
  const answer = await ask({
    id: 'port',
    text: taken,
    options: [
      { id: 'next', label: `Use ${next}` },
      ...(owner.kind === 'container' ? [{ id: 'stop', label: `Stop ${owner.name}` }] : []),
      { id: 'back', label: 'Back' },
    ],
    unattended: 'next',
  });
  if (answer === 'next') return { port: next, said: `${taken} Port ${next} is used instead.` };
  if (answer === 'stop' && owner.kind === 'container') {
    return { port: wanted, said: null, stop: { id: owner.id, name: owner.name } };
  }
  throw portTaken(taken, owner);
}

/** The first free port from `from` on, null when none of 100 is. */
export async function nextFreePort(
  from: number,
  ownerOf: (port: number) => Promise<PortOwner>,
): Promise<number | null> {
  const last = Math.min(from + NEXT_PORTS, HIGHEST_PORT + 1);
  for (let port = from; port < last; port += 1) {
    if ((await ownerOf(port)).kind === 'free') return port;
  }
  return null;
}

/** `Port 8188 is taken by container comfy (up 3 days).` */
export function takenSentence(port: number, owner: PortOwner, now: Date): string {
  switch (owner.kind) {
    case 'container':
      return `Port ${port} is taken by container ${owner.name}${up(owner.since, now)}.`;
    case 'process':
      return `Port ${port} is taken by ${owner.name || 'a program'} (process ${owner.pid}${since(owner.since, now)}).`;
    case 'unknown':
      return `Port ${port} is taken by a program that cannot be seen from here (${owner.why}).`;
    case 'free':
      return `Port ${port} is free.`;
    default:
      return owner satisfies never;
  }
}

function up(from: Date | null, now: Date): string {
  return from ? ` (up ${age(from, now)})` : '';
}

function since(from: Date | null, now: Date): string {
  return from ? `, up ${age(from, now)}` : '';
}

function age(from: Date, now: Date): string {
  const ms = Math.max(0, now.getTime() - from.getTime());
  const days = Math.floor(ms / DAY_MS);
  return days === 0 ? formatDuration(ms) : `${days} ${days === 1 ? 'day' : 'days'}`;
}

/** Nobody's port was taken away, and no other one was wanted. */
export function portTaken(sentence: string, owner: PortOwner): Failure {
  const stop =
    owner.kind === 'container'
      ? [{ label: `Stop container ${owner.name}`, command: `docker stop ${owner.name}` }]
      : owner.kind === 'process'
        ? [{ label: `End process ${owner.pid}`, command: `kill ${owner.pid}` }]
        : [];
  return new Failure({
    code: 'port-taken',
    sentence,
    phase: 'launch',
    fixes: [
      {
        label: 'Use another port',
        command: 'steadydancer run --set port=8189',
        applies: 'next-free-port',
      },
      ...stop,
    ],
  });
}
