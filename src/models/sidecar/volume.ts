import type Docker from 'dockerode';
import type { Emit } from '../../contract/events.ts';
import { Failure } from '../../contract/failure.ts';
import { type ContainerMount, prepareMounts } from '../../launch/mounts.ts';
import type { Host, ReadyEngine } from '../../machine/types.ts';
import type { Clock } from '../../ports/clock.ts';
import type { HubAccess } from '../hub-access.ts';
import type { PullReport } from '../pull.ts';
import type { Removable } from '../remove.ts';
import type { DownloadLimits, ModelOutcome, WantedModel } from '../types.ts';
import type { Valve } from '../valve.ts';
import { runSidecar } from './container.ts';
import { sidecarSpec } from './container-spec.ts';
import { type Order, SIDECAR_FOLDER, type Word } from './protocol.ts';

/** An engine with the sidecar's image, and who asks. */
export interface SidecarWorld {
  docker: Docker;
  engine: Pick<ReadyEngine, 'rootless' | 'securityOptions'>;
  host: Pick<Host, 'uid' | 'gid'>;
  imageId: string;
  /** Of the label of what this run makes. */
  runId: string;
  clock: Clock;
  signal: AbortSignal;
}

export interface VolumePull {
  models: readonly WantedModel[];
  access: HubAccess;
  env: NodeJS.ProcessEnv;
  /** More certificate authorities, PEM. */
  authorities: readonly string[];
  emit: Emit;
  limits?: Partial<DownloadLimits>;
  replace?: boolean;
  valve?: Valve;
}

/** Models in a volume of the engine: the same work as in a folder, done where the volume is. */
export class ModelsVolume {
  readonly name: string;
  readonly #world: SidecarWorld;

  constructor(name: string, world: SidecarWorld) {
    this.name = name;
    this.#world = world;
  }

  /** As pull() for a folder. @throws Failure models-sidecar-*, or the signal's reason */
  async pull(asked: VolumePull): Promise<PullReport> {
    const order: Order = {
      kind: 'pull',
      models: [...asked.models],
      access: asked.access,
      limits: { ...asked.limits },
      replace: asked.replace ?? false,
      proxies: proxiesOf(asked.env),
      authorities: [...asked.authorities],
    };
    let files = await this.#files(order, asked);
    if (files.some(({ failure }) => failure?.code === 'models-folder-no-permission')) {
      await this.#do({ kind: 'open' }, { asRoot: true });
      files = await this.#files(order, asked);
    }
    const failure = files.find((file) => file.failure)?.failure ?? null;
    return { ok: failure === null, files, failure };
  }

  /** As verify() for a folder. */
  async verify(
    models: readonly WantedModel[],
    thorough: boolean,
    emit: Emit,
  ): Promise<ModelOutcome[]> {
    if ((await this.createdAt()) === null) return models.map(absent);
    return this.#files({ kind: 'verify', models: [...models], thorough }, { emit });
  }

  async removable(files: readonly string[]): Promise<Removable[]> {
    if ((await this.createdAt()) === null) return [];
    const word = await this.#do({ kind: 'removable', files: [...files] });
    return word.kind === 'removable' ? word.list : unexpected(word);
  }

  async remove(files: readonly string[]): Promise<void> {
    await this.#do({ kind: 'remove', files: [...files] });
  }

  /** When the volume was made; null when there is none. */
  async createdAt(): Promise<string | null> {
    try {
      const info = await this.#world.docker.getVolume(this.name).inspect();
      // Volumes of other drivers have no date.
      return (info as { CreatedAt?: string }).CreatedAt ?? '';
    } catch (error) {
      if ((error as { statusCode?: number }).statusCode === 404) return null;
      throw error;
    }
  }

  async #files(order: Order, more: { emit: Emit; valve?: Valve }): Promise<ModelOutcome[]> {
    const word = await this.#do(order, more);
    if (word.kind !== 'files') return unexpected(word);
    return word.files.map((file) => ({
      ...file,
      path: there.has(file.state) ? `${this.name}:${file.file}` : null,
      mount: null,
      failure: file.failure === null ? null : this.#named(file.failure),
    }));
  }

  async #do(
    order: Order,
    more: { emit?: Emit; valve?: Valve; asRoot?: boolean } = {},
  ): Promise<Word> {
    const { docker, engine, host, imageId, runId, signal } = this.#world;
    const mount: ContainerMount = {
      kind: 'volume',
      source: this.name,
      target: SIDECAR_FOLDER,
      readOnly: false,
    };
    await prepareMounts([mount], { owner: host, docker, profile: null });
    const spec = sidecarSpec({
      name: `${this.name}-sidecar`,
      imageId,
      runId,
      mounts: [mount],
      network: 'host',
      host,
      engine,
      ...(more.asRoot ? { asRoot: true } : {}),
    });
    const waiting = order.kind === 'pull' ? order.models : [];
    const word = await runSidecar(
      {
        spec,
        order,
        ...(more.valve ? { valve: more.valve } : {}),
        onWord: (said) => {
          if (said.kind === 'event') more.emit?.(said.event);
        },
        onWait: () => {
          for (const { file, bytes } of waiting) {
            const rest = { bytes: 0, totalBytes: bytes, bytesPerSecond: 0 };
            more.emit?.({ type: 'model', file, state: 'waiting', ...rest });
          }
        },
      },
      this.#world,
    );
    signal.throwIfAborted();
    if (word.kind === 'failed') throw this.#named(word.failure);
    return word;
  }

  /** The folder has its name in the container only. */
  #named(details: Failure['details']): Failure {
    const volume = (text: string) => text.replaceAll(SIDECAR_FOLDER, `volume ${this.name}`);
    const { proof, sentence, ...rest } = details;
    return new Failure({
      ...rest,
      sentence: volume(sentence),
      ...(proof === undefined ? {} : { proof: volume(proof) }),
      phase: 'models',
    });
  }
}

const there: ReadonlySet<ModelOutcome['state']> = new Set([
  'present',
  'done',
  'reused',
  'mismatch',
]);

function absent({ id, file }: WantedModel): ModelOutcome {
  const base = { id, file, bytes: 0, sha256: null };
  return { ...base, state: 'missing', path: null, mount: null, failure: null };
}

function unexpected(word: Word): never {
  throw new Error(word.kind === 'bug' ? word.message : `the models sidecar said ${word.kind}`);
}

/** What undici's agent reads; the sidecar's own environment stays empty. */
function proxiesOf(env: NodeJS.ProcessEnv): Record<string, string> {
  const names = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'NO_PROXY'];
  const given = names.flatMap((name) => {
    const value = env[name.toLowerCase()] || env[name];
    return value ? [[name, value]] : [];
  });
  return Object.fromEntries(given);
}
