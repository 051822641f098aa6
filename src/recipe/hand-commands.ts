import type { ResolvedChoices } from '../contract/choices.ts';
import { labels } from '../contract/ids.ts';
import type { PlannedModel } from '../contract/plan.ts';
import { containerSpec } from '../launch/container-spec.ts';
import { dockerRunCommand } from '../launch/docker-run-command.ts';
import { recipeMounts } from '../launch/recipe-mounts.ts';
import { gpuRequest } from '../machine/gpu-request.ts';
import type { Machine } from '../machine/types.ts';
import { expandHome } from '../ports/expand-home.ts';
import { shellWord } from '../text/shell-word.ts';
import { gpuForContainer } from './gpu-here.ts';
import { savedName } from './saved-name.ts';

export interface ByHand {
  choices: ResolvedChoices;
  profile: string | null;
  machine: Machine;
  ref: string;
  digest: string;
  /** Folder that relative paths start from. */
  cwd: string;
}

/**
 * The build by hand, with the labels by which a run finds its image again. Where the docker command
 * has no buildx, only the rehearsal's Dockerfile can do without BuildKit; the others say so.
 */
export function buildCommands(
  { choices, profile, machine, ref, digest }: ByHand,
  args: Record<string, string>,
  context: { dir: string; dockerfile: string },
): string[] {
  const given = Object.entries(args)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `--build-arg ${shellWord(`${name}=${value}`)}`);
  const marks = [
    `${labels.plan}=${digest}`,
    `${labels.role}=${choices.recipe}`,
    ...(profile === null ? [] : [`${labels.profile}=${profile}`]),
  ].map((mark) => `--label ${shellWord(mark)}`);
  const file = ['--file', shellWord(context.dockerfile), shellWord(context.dir)];
  const rest = ['--tag', ref, ...marks, ...given, ...file].join(' ');
  const { engine } = machine;
  if (engine.state !== 'ready' || engine.buildx !== null) {
    return [`docker buildx build --load ${rest}`];
  }
  if (choices.recipe === 'rehearsal') return [`DOCKER_BUILDKIT=0 docker build ${rest}`];
  return [
    "# By hand this needs docker's buildx plugin; a run builds through the engine itself.",
    `docker buildx build --load ${rest}`,
  ];
}

/** Fetches what is missing; into a volume with the image's own script. */
export function fetchCommands(
  { choices, machine, ref, cwd }: ByHand,
  models: readonly PlannedModel[],
) {
  const missing = models.filter(({ present }) => !present);
  // A baked image fetches its models while it is built.
  if (missing.length === 0 || choices.placement === 'baked') return [];
  const [mount] = recipeMounts(choices, machine.host.home, cwd).filter(
    ({ target }) => target === '/opt/ComfyUI/models',
  );
  if (mount?.kind === 'volume') {
    const env = [
      `STEADYDANCER_VARIANT=${choices.variant}`,
      `STEADYDANCER_TEXT_ENCODER=${choices.textEncoder}`,
      ...(choices.mirrors?.hub ? [`HF_ENDPOINT=${choices.mirrors.hub}`] : []),
    ].map((one) => `--env ${shellWord(one)}`);
    return [
      `docker run --rm --user 0:0 --volume ${mount.source}:${mount.target} ${env.join(' ')} --entrypoint sh ${shellWord(ref)} /opt/steadydancer/download_models.sh ${mount.target}`,
    ];
  }
  const dir = mount?.source ?? expandHome(choices.modelsDir, machine.host.home);
  return missing.map(
    ({ file, url }) =>
      `curl --fail --location --continue-at - --create-dirs --output ${shellWord(`${dir}/${file}`)} ${shellWord(url)}`,
  );
}

/** Makes the folders, then the container that a run would make. */
export function runCommands({ choices, profile, machine, ref, digest, cwd }: ByHand): string[] {
  const { host, engine } = machine;
  const ready = engine.state === 'ready';
  const mounts = recipeMounts(choices, host.home, cwd);
  const folders = mounts.flatMap((mount) => (mount.kind === 'folder' ? [mount.source] : []));
  const gpu = gpuForContainer(choices.gpu, machine);
  const ways = ready ? engine : { cdiDevices: [], runtimes: [], podman: false };
  const spec = containerSpec({
    choices,
    imageRef: ref,
    profile,
    runId: 'by-hand',
    planDigest: digest,
    role: choices.recipe === 'steadydancer' ? 'comfyui' : choices.recipe,
    host,
    engine: ready ? engine : { memoryBytes: 0, rootless: false, securityOptions: [] },
    gpu: gpu === null ? null : gpuRequest(ways, gpu),
    port: choices.port,
    listen: choices.listen,
    mounts,
    env: {},
  });
  return [`mkdir -p ${folders.map(shellWord).join(' ')}`, dockerRunCommand(spec)];
}

/** Target `file`: the image as the other computer's `docker load`, and `run --image`, take it. */
export function saveCommand({ choices, ref, digest }: ByHand): string {
  const file = `${choices.outputDir}/${savedName(choices.recipe, digest)}.tar.gz`;
  return `docker save ${ref} | gzip > ${shellWord(file)}`;
}
