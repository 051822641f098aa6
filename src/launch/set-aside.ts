import type Docker from 'dockerode';
import type { Emit } from '../contract/events.ts';
import { Failure } from '../contract/failure.ts';
import { labels } from '../contract/ids.ts';
import { engineStatus } from './refusals.ts';

interface AsidePorts {
  docker: Docker;
  emit: Emit;
}

/** A container that makes way for another: stopped and renamed, until that one runs. */
export interface Aside {
  id: string;
  /** The name that it had, and has again when it is put back. */
  name: string;
  /** It ran: putting it back starts it. */
  ran: boolean;
}

const STOP_PATIENCE_S = 10;
const asideName = (name: string, id: string) => `${name}-before-${id.slice(0, 6)}`;

/** Stops it, so that its port is free, and takes its name away. Nothing is removed. */
export async function setAside(
  info: Pick<Docker.ContainerInspectInfo, 'Id' | 'State'>,
  name: string,
  { docker, emit }: AsidePorts,
): Promise<Aside> {
  const { Id: id, State: state } = info;
  const container = docker.getContainer(id);
  await container.rename({ name: asideName(name, id) });
  if (state.Running) {
    // 304: it has ended by itself meanwhile.
    await container.stop({ t: STOP_PATIENCE_S }).catch(() => {});
    emit({ type: 'container', state: 'stopped', id, name });
  }
  return { id, name, ran: state.Running };
}

/** The new one runs: what it replaced goes, left-overs of killed runs included. */
export async function dropAside(name: string, { docker, emit }: AsidePorts): Promise<void> {
  for (const id of await asides(docker, name)) {
    const gone = await docker
      .getContainer(id)
      .remove({ force: true, v: true })
      .then(
        () => true,
        () => false,
      );
    if (gone) emit({ type: 'container', state: 'removed', id, name });
  }
}

/**
 * The new one does not run: the old one has its name again, and runs if it did. What failed keeps its
 * log under a name of its own, which is given; null where nothing of it is left.
 */
export async function putBack(
  { id, name, ran }: Aside,
  { docker, emit }: AsidePorts,
): Promise<string | null> {
  const failed = await docker
    .getContainer(name)
    .inspect()
    .catch(() => null);
  let failedName: string | null = null;
  if (failed && failed.Name === `/${name}` && failed.Id !== id) {
    failedName = `${name}-failed-${failed.Id.slice(0, 6)}`;
    await docker.getContainer(failed.Id).rename({ name: failedName });
  }
  const container = docker.getContainer(id);
  await container.rename({ name });
  const starts = ran && (await container.start().then(() => true, alreadyRuns));
  if (starts) emit({ type: 'container', state: 'started', id, name });
  const kept = failedName === null ? '' : ` What failed is kept as ${failedName} for its log.`;
  const text = `Container ${name} is as it was before${starts ? ', and runs again' : ''}.${kept}`;
  emit({ type: 'note', level: 'info', text });
  return failedName;
}

/** A run that was killed in between has left the old one aside: it gets its name back. */
export async function takeBack(docker: Docker, name: string): Promise<void> {
  const [id] = await asides(docker, name);
  if (id === undefined) return;
  await docker
    .getContainer(id)
    .rename({ name })
    .catch(() => {});
}

/** Ours only: a name alone proves nothing. The newest first. */
async function asides(docker: Docker, name: string): Promise<string[]> {
  const found = await docker.listContainers({ all: true, filters: { label: [labels.run] } });
  return found
    .filter(({ Id, Names }) => Names.includes(`/${asideName(name, Id)}`))
    .map(({ Id }) => Id);
}

function alreadyRuns(error: unknown): boolean {
  return engineStatus(error) === 304;
}

/** A failure told of the new container: what names it has to name where it is now. */
export function toldOf(error: unknown, name: string, failedName: string | null): unknown {
  if (!(error instanceof Failure) || failedName === null) return error;
  const renamed = (text: string) => text.replaceAll(name, failedName);
  const { fixes = [], ...details } = error.details;
  return new Failure(
    {
      ...details,
      sentence: renamed(details.sentence),
      fixes: fixes.map((fix) =>
        fix.command === undefined ? fix : { ...fix, command: renamed(fix.command) },
      ),
    },
    { cause: error.cause },
  );
}
