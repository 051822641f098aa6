import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import type Docker from 'dockerode';
import type { Clock } from '../../ports/clock.ts';
import { modelsFailure } from '../failures.ts';
import type { Valve } from '../valve.ts';
import { type Order, type Word, wordSchema } from './protocol.ts';

const LOOK_AGAIN_MS = 300;
/** After `stop` it closes its files; then it is ended. */
const STOP_LIMIT_MS = 10_000;
const STDERR_CHARS = 4_000;

export interface SidecarPorts {
  docker: Docker;
  clock: Clock;
  signal: AbortSignal;
}

export interface SidecarJob {
  spec: Docker.ContainerCreateOptions;
  order: Order;
  /** Told of every word but the last. `address` is that of its network, where it has one. */
  onWord?: (word: Word, container: Docker.Container) => void;
  /** Called while another container of this name is at work. */
  onWait?: () => void;
  valve?: Valve;
}

/**
 * Runs the models sidecar in a container until it has said its last word, which is given back. The
 * container is removed, whatever happened; stopping it is a word too, so that what it wrote is noted.
 * @throws Failure, or the signal's reason
 */
export async function runSidecar(job: SidecarJob, ports: SidecarPorts): Promise<Word> {
  const { docker, signal } = ports;
  const container = await made(job, ports);
  try {
    return await talk(job, container, ports);
  } finally {
    await docker
      .getContainer(container.id)
      .remove({ force: true })
      .catch(() => undefined);
    signal.throwIfAborted();
  }
}

/** One container of a name: where another one works, it is waited for. A dead one is removed. */
async function made(
  { spec, onWait }: SidecarJob,
  { docker, clock, signal }: SidecarPorts,
): Promise<Docker.Container> {
  for (;;) {
    signal.throwIfAborted();
    try {
      return await docker.createContainer(spec);
    } catch (error) {
      if ((error as { statusCode?: number }).statusCode !== 409) throw refused(error);
    }
    const other = docker.getContainer(spec.name ?? '');
    const state = await other.inspect().then(
      ({ State }) => State.Status,
      () => 'gone',
    );
    if (state === 'exited' || state === 'dead') {
      await other.remove({ force: true }).catch(() => undefined);
    }
    onWait?.();
    await clock.sleep(LOOK_AGAIN_MS, signal);
  }
}

async function talk(
  { order, onWord, valve }: SidecarJob,
  container: Docker.Container,
  { docker, signal }: SidecarPorts,
): Promise<Word> {
  const stream = await container.attach({
    ...{ stream: true, stdin: true, stdout: true, stderr: true, hijack: true },
  });
  const [out, err] = [new PassThrough(), new PassThrough()];
  docker.modem.demuxStream(stream, out, err);
  const ended = () => {
    out.end();
    err.end();
  };
  stream.once('end', ended).once('close', ended).once('error', ended);
  let stderr = '';
  err.on('data', (chunk: Buffer) => {
    stderr = (stderr + chunk.toString('utf8')).slice(-STDERR_CHARS);
  });
  const send = (line: string) => void (stream.writable && stream.write(`${line}\n`));
  let kill: NodeJS.Timeout | undefined;
  const stop = () => {
    send('stop');
    kill = setTimeout(() => void container.kill().catch(() => undefined), STOP_LIMIT_MS);
  };
  const forget = [valve?.onPause(() => send('pause')), valve?.onResume(() => send('resume'))];
  try {
    await container.start().catch((error) => {
      throw refused(error);
    });
    send(JSON.stringify(order));
    if (valve?.paused) send('pause');
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
    let last: Word | null = null;
    for await (const line of createInterface({ input: out })) {
      const word = wordSchema.parse(JSON.parse(line));
      if (word.kind === 'event' || word.kind === 'serving') onWord?.(word, container);
      else last = word;
    }
    if (last) return last;
    signal.throwIfAborted();
    throw died(await container.inspect().catch(() => null), stderr);
  } finally {
    clearTimeout(kill);
    signal.removeEventListener('abort', stop);
    for (const end of forget) end?.();
    stream.end();
    (stream as { destroy?: () => void }).destroy?.();
  }
}

function refused(error: unknown) {
  return modelsFailure(
    'models-sidecar-refused',
    'Docker refuses the container that fetches models.',
    {
      proof: error instanceof Error ? error.message : String(error),
      fixes: [
        {
          label: 'Keep the models in a folder instead',
          command: 'steadydancer run --set placement=folder',
        },
      ],
    },
  );
}

function died(info: Docker.ContainerInspectInfo | null, stderr: string) {
  const state = info?.State;
  const how = state?.OOMKilled
    ? 'it had no memory left'
    : `exit code ${state && !state.Running ? state.ExitCode : 'unknown'}`;
  const line = stderr.trim().split('\n').at(-1);
  return modelsFailure(
    'models-sidecar-died',
    'The container that fetches models ended before it was done; what came is kept.',
    {
      proof: line ? `${how}: ${line}` : how,
      fixes: [{ label: 'Start again: it goes on from there', command: 'steadydancer run' }],
    },
  );
}
