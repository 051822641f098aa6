import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chooseBuilder } from '../../build/choose-builder.ts';
import { SolveNormaliser } from '../../build/normalise.ts';
import { labels } from '../../contract/ids.ts';
import { add, assumptions } from '../../recipe/minutes.ts';
import { missingPackage } from './python-package.ts';
import { readyMinutes } from './ready-minutes.ts';
import type { FailedRun, FixAction, FixWorld } from './types.ts';

/** One package from an index, in minutes: an estimate. */
const BUILD = { low: 0.2, high: 2 };

/**
 * An image of its own: the one that was built, and one more line that installs what is missing. In a
 * running container it would be lost with the container.
 */
export const derivedImage: FixAction = async ({ run, diagnoses }, fix, world) => {
  const { docker, machine } = world;
  const name = missingPackage(diagnoses);
  if (name === null) return { not: 'No Python package is named that an index has.' };
  if (!run?.result?.image) return { not: `There is no image yet to add ${name} to.` };
  if (!docker || machine.engine.state !== 'ready') return { not: 'Docker does not answer.' };
  const { ref, id } = run.result.image;
  const info = await docker
    .getImage(ref)
    .inspect()
    .catch(() => null);
  if (!info) return { not: `The image ${ref} is not there any more.` };
  const dockerfile = dockerfileOf(ref, name, info.Config?.User ?? '');
  const tag = tagOf(id, dockerfile);
  const line = runLine(name);
  return {
    id: fix.applies ?? 'derive-image',
    title: `Make an image with ${name} in it`,
    does: `A new image is built: ${ref} and one more line. ${ref} itself stays as it is, and so does your Dockerfile.`,
    objects: [
      { name: tag, bytes: null, note: `FROM ${ref}` },
      { name, bytes: null, note: 'installed from the package index that the image uses' },
    ],
    frees: null,
    download: null,
    minutes: add(BUILD, run.planned ? readyMinutes(run, run.planned) : assumptions.launch),
    undo: `docker rmi ${tag}`,
    notes: [
      `To keep it for good put this line into the Dockerfile: ${line}`,
      `How much ${name} brings along is asked from the index while it is built.`,
    ],
    commands: [
      `printf '%s\\n' ${dockerfile.map((row) => `'${row.replaceAll("'", "'\\''")}'`).join(' ')} | docker build -t ${tag} -`,
      `steadydancer run --image ${tag}${run.request.profile === null ? '' : ` --profile ${run.request.profile}`}`,
    ],
    confirm: 'y',
    root: false,
    retries: true,
    apply: async (signal, onLine) => {
      await build(dockerfile, tag, run, world, signal, onLine);
      return { choices: { image: tag } };
    },
  };
};

function runLine(name: string): string {
  const python = '"$(command -v python3)"';
  return `RUN python3 -m pip install --no-cache-dir ${name} || uv pip install --python ${python} ${name}`;
}

function dockerfileOf(ref: string, name: string, user: string): string[] {
  const own = user === '' || user === '0' || user === 'root';
  return [
    `FROM ${ref}`,
    ...(own ? [] : ['USER root']),
    runLine(name),
    ...(own ? [] : [`USER ${user}`]),
  ];
}

/** The same image and the same line are the same tag. */
function tagOf(id: string, dockerfile: readonly string[]): string {
  const digest = createHash('sha256')
    .update([id, ...dockerfile].join('\n'))
    .digest('hex');
  return `steadydancer-derived:${digest.slice(0, 12)}`;
}

async function build(
  dockerfile: readonly string[],
  tag: string,
  run: FailedRun,
  { machine, docker, processes, clock, env }: FixWorld,
  signal: AbortSignal,
  onLine: (line: string) => void,
): Promise<void> {
  const { engine } = machine;
  if (!docker || engine.state !== 'ready') throw new Error('planned without an engine');
  const dir = await mkdtemp(join(tmpdir(), 'steadydancer-derived-'));
  const normaliser = new SolveNormaliser((event) => {
    if (event.type === 'build.log') onLine(event.text);
    else if (event.type === 'build.vertex' && event.state === 'running') onLine(event.name);
  }, clock);
  try {
    await writeFile(join(dir, 'Dockerfile'), `${dockerfile.join('\n')}\n`);
    await chooseBuilder({ engine, processes, docker, env }).build(
      {
        contextDir: dir,
        dockerfile: join(dir, 'Dockerfile'),
        tag,
        args: {},
        labels: { [labels.role]: run.request.choices.recipe ?? 'steadydancer' },
      },
      (event) => normaliser.push(event),
      signal,
    );
    normaliser.finish('done');
  } catch (error) {
    normaliser.finish(signal.aborted ? 'canceled' : 'failed');
    throw error;
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
