import type { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { ProgressThrottle } from '../build/progress-throttle.ts';
import type { Emit } from '../contract/events.ts';
import type { Clock } from '../ports/clock.ts';
import { sanitiseLine } from '../text/sanitise.ts';
import { type CredentialPorts, registryLogin } from './credentials.ts';
import type { ImageName } from './image-name.ts';
import { pushFailure } from './push-failure.ts';
import { type LayerNews, readPushStream } from './push-stream.ts';

export interface PushInput {
  docker: Docker;
  /** Id or name of the image in the engine. */
  image: string;
  to: ImageName;
  ports: CredentialPorts & { clock: Clock };
  emit: Emit;
  signal: AbortSignal;
}

export interface Pushed {
  ref: string;
  /** `sha256:…` of the manifest: names this very image for ever. */
  digest: string;
  layers: { sent: number; present: number };
  ms: number;
}

/**
 * Tags an image and pushes it through the engine, which tries each layer five times itself. The tag
 * stays as `docker tag` leaves it; one that was not there before is taken away again when nothing
 * came of it.
 * @throws Failure `push-*`, `registry-*`, or the signal's reason
 */
export async function pushImage(input: PushInput): Promise<Pushed> {
  const { docker, image, to, ports, emit, signal } = input;
  const began = ports.clock.monotonicMs();
  const login = await registryLogin(to.host, { ...ports, signal });
  const before = await idOf(docker, to.ref);
  await tagged(docker, image, to, login !== null);
  const vertex = { type: 'build.vertex' as const, id: `push:${to.ref}`, name: `push ${to.ref}` };
  emit({ ...vertex, state: 'running', cached: false });
  const ms = () => Math.round(ports.clock.monotonicMs() - began);
  try {
    const layers = new LayerTable(vertex.id, emit, ports.clock);
    const end = await streamed(input, login, (news) => layers.take(news));
    layers.end();
    if (end.error !== null) throw pushFailure(to, sanitiseLine(end.error), login !== null);
    emit({ ...vertex, state: 'done', cached: false, ms: ms() });
    return { ref: to.ref, digest: end.digest ?? '', layers: layers.counts(), ms: ms() };
  } catch (error) {
    emit({ ...vertex, state: signal.aborted ? 'canceled' : 'failed', cached: false, ms: ms() });
    await putBack(docker, to, before);
    throw error;
  }
}

async function streamed(
  { docker, to, signal }: PushInput,
  login: Awaited<ReturnType<typeof registryLogin>>,
  onLayer: (news: LayerNews) => void,
) {
  try {
    signal.throwIfAborted();
    // Without the header 20.10 answers 400: an empty object says that nobody is logged in.
    const authconfig = (login ?? {}) as Docker.AuthConfig;
    const stream = await docker.getImage(to.repository).push({ authconfig, tag: to.tag });
    return await readPushStream(stream as unknown as Readable, onLayer, signal);
  } catch (error) {
    signal.throwIfAborted();
    return { digest: null, error: error instanceof Error ? error.message : String(error) };
  }
}

async function tagged(docker: Docker, image: string, to: ImageName, loggedIn: boolean) {
  try {
    await docker.getImage(image).tag({ repo: to.repository, tag: to.tag });
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode !== 404) throw error;
    throw pushFailure({ ...to, ref: image }, (error as Error).message, loggedIn);
  }
}

async function idOf(docker: Docker, ref: string): Promise<string | null> {
  return docker
    .getImage(ref)
    .inspect()
    .then(
      ({ Id }) => Id,
      () => null,
    );
}

/** Best effort: what is told is why the push did not come about. */
async function putBack(docker: Docker, to: ImageName, before: string | null): Promise<void> {
  const undo =
    before === null
      ? docker.getImage(to.ref).remove({ noprune: true })
      : docker.getImage(before).tag({ repo: to.repository, tag: to.tag });
  await undo.catch(() => undefined);
}

/** Layers as they come: progress at a pace to follow, a note for each new try. */
class LayerTable {
  readonly #vertex: string;
  readonly #emit: Emit;
  readonly #throttle: ProgressThrottle;
  readonly #last = new Map<string, string>();
  readonly #totals = new Map<string, number>();
  readonly #waits = new Map<string, number>();

  constructor(vertex: string, emit: Emit, clock: Clock) {
    this.#vertex = vertex;
    this.#emit = emit;
    this.#throttle = new ProgressThrottle(emit, clock);
  }

  take({ layer, status, current, total }: LayerNews): void {
    const seconds = /^Retrying in (\d+) second/.exec(status)?.[1];
    if (seconds !== undefined) {
      // It counts down: only the first of a row is news.
      const wait = Number(seconds);
      if (wait >= (this.#waits.get(layer) ?? 0)) {
        const text = `Layer ${layer} did not get through; the engine tries again in ${wait} s.`;
        this.#emit({ type: 'note', level: 'warn', text });
      }
      this.#waits.set(layer, wait);
      return;
    }
    this.#waits.delete(layer);
    this.#last.set(layer, status);
    if (status === 'Pushing' && total > 0) {
      this.#totals.set(layer, total);
      this.#progress(layer, current, total, current >= total);
    } else if (status === 'Pushed') {
      const all = this.#totals.get(layer);
      if (all !== undefined) this.#progress(layer, all, all, true);
    }
    this.#throttle.due();
  }

  end(): void {
    this.#throttle.flush(this.#vertex);
  }

  counts(): Pushed['layers'] {
    const states = [...this.#last.values()];
    return {
      sent: states.filter((status) => status === 'Pushed').length,
      present: states.filter((status) => /already exists|^Mounted from/i.test(status)).length,
    };
  }

  #progress(layer: string, current: number, total: number, completed: boolean): void {
    const id = `layer ${sanitiseLine(layer)}`;
    this.#throttle.push({ vertex: this.#vertex, id, current, total, completed });
  }
}
