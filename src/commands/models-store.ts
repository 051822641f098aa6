import { dirname, join } from 'node:path';
import { chooseBuilder } from '../build/choose-builder.ts';
import type { EventBody } from '../contract/events.ts';
import { Failure } from '../contract/failure.ts';
import { MODELS_VOLUME } from '../launch/recipe-mounts.ts';
import { observeEngine } from '../machine/engine.ts';
import { observeHost } from '../machine/host.ts';
import { engineProblemCodes } from '../machine/problem-codes.ts';
import { extraAuthorities } from '../models/authorities.ts';
import type { HubAccess } from '../models/hub-access.ts';
import { type PullReport, pull } from '../models/pull.ts';
import { type Removable, removable, remove } from '../models/remove.ts';
import { sidecarImage } from '../models/sidecar/image.ts';
import { ModelsVolume } from '../models/sidecar/volume.ts';
import type { DownloadLimits, ModelOutcome, WantedModel } from '../models/types.ts';
import { verify } from '../models/verify.ts';
import { VolumeRecord } from '../models/volume-record.ts';
import { webWith } from '../models/web.ts';
import { systemClock } from '../ports/clock.ts';
import { systemProcesses } from '../ports/processes.ts';
import { places } from '../profiles/places.ts';
import { connectedEngine } from './engine.ts';
import type { Io } from './io.ts';

export interface StoreOrders {
  io: Io;
  models: readonly WantedModel[];
  emit(event: EventBody): void;
  signal: AbortSignal;
}

export interface PullOrders {
  access: HubAccess;
  limits: Partial<DownloadLimits>;
  reuseFrom: readonly string[];
  replace: boolean;
}

/** Where models are kept: what the command does with them is the same. */
export interface ModelsStore {
  /** For sentences: a path, or the volume's name. */
  name: string;
  pull(orders: PullOrders): Promise<PullReport>;
  verify(thorough: boolean, emit?: (event: EventBody) => void): Promise<ModelOutcome[]>;
  removable(files: readonly string[]): Promise<Removable[]>;
  remove(list: readonly Removable[]): Promise<void>;
}

/** A folder of the person. */
export function folderStore(folder: string, orders: StoreOrders): ModelsStore {
  const { io, models, emit, signal } = orders;
  const stateDir = stateOf(io);
  const common = { folder, models, clock: systemClock, signal, stateDir };
  return {
    name: folder,
    async pull(asked) {
      const web = webWith(io.env, extraAuthorities(io.env));
      try {
        return await pull({ ...common, ...asked, emit, web });
      } finally {
        await web.destroy();
      }
    },
    verify: (thorough, told = emit) => verify({ ...common, thorough, emit: told }),
    removable: (files) => removable(folder, files),
    remove: (list) => remove(folder, list, stateDir, systemClock, signal),
  };
}

/** The volume of the engine, through the models sidecar; its image is made where it is not there. */
export async function volumeStore(orders: StoreOrders, name = MODELS_VOLUME): Promise<ModelsStore> {
  const { io, models, emit, signal } = orders;
  const { docker } = await connectedEngine(io);
  const ports = { env: io.env, processes: systemProcesses, clock: systemClock };
  const host = await observeHost({ env: io.env });
  const engine = await observeEngine({ ...ports, host: { ...host, home: io.home } });
  if (engine.state !== 'ready') {
    const { sentence, proof, fixes, state } = engine;
    throw new Failure({ code: engineProblemCodes[state], sentence, proof, fixes });
  }
  const imageId = await sidecarImage({
    docker,
    engine,
    builder: chooseBuilder({ engine, processes: systemProcesses, docker, env: io.env }),
    contextsDir: join(stateOf(io), 'contexts'),
    signal,
  });
  const world = { docker, engine, host, imageId, runId: 'models', clock: systemClock, signal };
  const volume = new ModelsVolume(name, world);
  const noted = async (files: ModelOutcome[]) => {
    const createdAt = await volume.createdAt();
    if (createdAt !== null) {
      await new VolumeRecord(name, stateOf(io)).note(createdAt, files);
    }
    return files;
  };
  return {
    name: `volume ${name}`,
    async pull({ access, limits, replace }) {
      const authorities = extraAuthorities(io.env);
      const asked = { models, access, limits, replace, env: io.env, authorities, emit };
      const report = await volume.pull(asked);
      await noted(report.files);
      return report;
    },
    verify: async (thorough, told = emit) => noted(await volume.verify(models, thorough, told)),
    removable: (files) => volume.removable(files),
    async remove(list) {
      await volume.remove(list.map(({ file }) => file));
    },
  };
}

function stateOf(io: Io): string {
  return dirname(places(io.env, io.home).runs);
}
