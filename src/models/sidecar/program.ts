import { chmod, readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { EventBody } from '../../contract/events.ts';
import { Failure } from '../../contract/failure.ts';
import { systemClock } from '../../ports/clock.ts';
import { serveHub } from '../hub-server.ts';
import { isLock } from '../place.ts';
import { pull } from '../pull.ts';
import { removable, remove } from '../remove.ts';
import type { DownloadLimits, ModelOutcome } from '../types.ts';
import { Valve } from '../valve.ts';
import { verify } from '../verify.ts';
import { webWith } from '../web.ts';
import { type Command, commands, type Order, orderSchema, type Word } from './protocol.ts';

interface Work {
  folder: string;
  valve: Valve;
  signal: AbortSignal;
  say(word: Word): void;
}

/**
 * The sidecar's whole life: one order from the first line of its input, done in `folder`, while
 * later lines pause, resume and stop it. What it is ends in its last word; it never throws.
 */
export async function followOrder(
  input: Readable,
  folder: string,
  say: (word: Word) => void,
): Promise<void> {
  const stop = new AbortController();
  const valve = new Valve();
  const lines = createInterface({ input });
  const order = new Promise<Order | null>((resolve, reject) => {
    let first = true;
    lines.on('line', (line) => {
      try {
        if (first) resolve(orderSchema.parse(JSON.parse(line)));
        else command(line, valve, stop);
      } catch (error) {
        reject(error);
      }
      first = false;
    });
    // Whoever gave the order is gone: nobody would hear how it ends.
    lines.once('close', () => {
      stop.abort(new Error('stopped'));
      resolve(null);
    });
  });
  try {
    const given = await order;
    const work = { folder, valve, signal: stop.signal, say };
    if (given) say(await obey(given, work));
  } catch (error) {
    if (stop.signal.aborted) say({ kind: 'stopped' });
    else if (error instanceof Failure) say({ kind: 'failed', failure: error.details });
    else say({ kind: 'bug', message: error instanceof Error ? `${error.stack}` : String(error) });
  } finally {
    lines.close();
    input.destroy();
  }
}

function command(line: string, valve: Valve, stop: AbortController): void {
  const acts: Record<Command, () => void> = {
    pause: () => valve.pause(),
    resume: () => valve.resume(),
    stop: () => stop.abort(new Error('stopped')),
  };
  const given = commands.find((one) => one === line);
  if (given) acts[given]();
}

async function obey(order: Order, work: Work): Promise<Word> {
  const { folder, signal } = work;
  switch (order.kind) {
    case 'pull':
      return pullHere(order, work);
    case 'verify': {
      const { models, thorough } = order;
      const emit = emitTo(work);
      const common = { folder, clock: systemClock, emit, signal, thorough };
      return {
        kind: 'files',
        files: said(await verify({ ...common, models: models })),
      };
    }
    case 'removable':
      return { kind: 'removable', list: await removable(folder, order.files) };
    case 'remove': {
      const list = await removable(folder, order.files);
      await remove(folder, list, null, systemClock, signal);
      return { kind: 'done' };
    }
    case 'serve':
      return serve(order, work);
    case 'open':
      await open(folder);
      return { kind: 'done' };
    default:
      return order satisfies never;
  }
}

async function pullHere(order: Extract<Order, { kind: 'pull' }>, work: Work): Promise<Word> {
  const { folder, signal, valve } = work;
  // Its name makes this container the only one at this volume: a lock is of one that was killed.
  await dropLocks(folder);
  const web = webWith(order.proxies, order.authorities);
  try {
    const report = await pull({
      folder,
      models: order.models,
      access: order.access,
      limits: order.limits as Partial<DownloadLimits>,
      replace: order.replace,
      web,
      clock: systemClock,
      emit: emitTo(work),
      signal,
      valve,
    });
    return { kind: 'files', files: said(report.files) };
  } finally {
    await web.destroy();
  }
}

async function serve(order: Extract<Order, { kind: 'serve' }>, work: Work): Promise<Word> {
  // Every address of a container that publishes no port: other containers, and nobody else.
  const server = await serveHub(order.models, '0.0.0.0', order.port);
  work.say({ kind: 'serving' });
  await new Promise<void>((resolve) => {
    if (work.signal.aborted) resolve();
    work.signal.addEventListener('abort', () => resolve(), { once: true });
  });
  await server.close();
  return { kind: 'stopped' };
}

async function dropLocks(folder: string): Promise<void> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  for (const name of names.filter(isLock)) await unlink(join(folder, name)).catch(() => undefined);
}

/** The sticky bit: everybody adds, nobody takes away what is another's. */
async function open(folder: string): Promise<void> {
  await chmod(folder, 0o1777);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory()) await chmod(join(entry.parentPath, entry.name), 0o1777);
  }
}

function emitTo({ say }: Work) {
  return (event: EventBody) => {
    if (event.type === 'model' || event.type === 'note') say({ kind: 'event', event });
  };
}

/** Paths in this container mean nothing outside. */
function said(files: readonly ModelOutcome[]) {
  return files.map(({ id, file, state, bytes, sha256, failure }) => ({
    ...{ id, file, state, bytes, sha256 },
    failure: failure?.details ?? null,
  }));
}
