import type Docker from 'dockerode';
import { labels } from '../../contract/ids.ts';
import { followContainerLog } from '../../launch/container-log.ts';

/** Variables whose value tells of the image and of no person; of the others only the name is said. */
const told =
  /^(?:PATH|LANG|HOME|TERM|(?:STEADYDANCER|ENABLE|BAKE|NVIDIA|CUDA|PYTORCH|TORCH|NCCL|UV|PIP_NO|PYTHON)_?\w*)$/;
const secret = /TOKEN|KEY|SECRET|PASSW|AUTH|CRED/i;

/**
 * What a container is and how it ended: chosen fields of its inspection, never all of it, so that
 * nothing comes along that nobody thought of.
 */
export async function containerFacts(docker: Docker, id: string): Promise<object> {
  const info = await docker.getContainer(id).inspect();
  const { State: state, HostConfig: host, Config: config } = info;
  const own = Object.entries(config.Labels ?? {}).filter(([name]) =>
    (Object.values(labels) as string[]).includes(name),
  );
  return {
    id: info.Id,
    name: info.Name,
    image: { ref: config.Image, id: info.Image },
    created: info.Created,
    state: {
      status: state.Status,
      exitCode: state.ExitCode,
      oomKilled: state.OOMKilled,
      error: state.Error,
      startedAt: state.StartedAt,
      finishedAt: state.FinishedAt,
      health: state.Health?.Status,
    },
    restarts: info.RestartCount,
    user: config.User,
    labels: Object.fromEntries(own),
    command: { entrypoint: config.Entrypoint, cmd: config.Cmd, workingDir: config.WorkingDir },
    environment: (config.Env ?? []).map(toldVariable),
    limits: {
      memory: host.Memory,
      shm: host.ShmSize,
      cpus: host.NanoCpus,
      pids: host.PidsLimit,
    },
    ports: host.PortBindings,
    network: host.NetworkMode,
    runtime: host.Runtime,
    deviceRequests: host.DeviceRequests,
    security: {
      options: host.SecurityOpt,
      capDrop: host.CapDrop,
      capAdd: host.CapAdd,
      readOnlyRoot: host.ReadonlyRootfs,
      privileged: host.Privileged,
    },
    mounts: (info.Mounts ?? []).map(({ Type, Source, Destination, RW }) => ({
      type: Type,
      source: Source,
      destination: Destination,
      writable: RW,
    })),
  };
}

function toldVariable(variable: string): string {
  const [name = ''] = variable.split('=', 1);
  return told.test(name) && !secret.test(name) ? variable : `${name}=[value not told]`;
}

/** The last lines that a container printed. */
export async function containerTail(docker: Docker, id: string, count: number): Promise<string[]> {
  const lines: string[] = [];
  const log = await followContainerLog(docker.getContainer(id), {
    follow: false,
    onLine: (line) => {
      lines.push(line);
      if (lines.length > count) lines.shift();
    },
  });
  await log.ended;
  await log.close();
  return lines;
}

/** The newest container that a run made, or that has its name; null where there is none. */
export async function containerOfRun(docker: Docker, runId: string): Promise<string | null> {
  const found = await docker.listContainers({
    all: true,
    filters: { label: [`${labels.run}=${runId}`] },
  });
  return found[0]?.Id ?? null;
}
