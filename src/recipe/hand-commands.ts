import type { ResolvedChoices } from '../contract/choices.ts';
import type { PlannedModel } from '../contract/plan.ts';
import { CONTAINER_PORT, containerName } from '../launch/container-spec.ts';

/** A word for a POSIX shell, quoted only where it has to be; a leading `~/` stays a home folder. */
export function shellWord(text: string): string {
  if (/^[\w@%+=:,./~-]+$/.test(text)) return text;
  const quote = (part: string) => `'${part.replaceAll("'", "'\\''")}'`;
  return text.startsWith('~/') ? `~/${quote(text.slice(2))}` : quote(text);
}

export function buildCommand(
  ref: string,
  args: Record<string, string>,
  context: { dir: string; dockerfile: string } | null,
): string {
  const given = Object.entries(args)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `--build-arg ${shellWord(`${name}=${value}`)}`);
  const file = context
    ? ['--file', shellWord(context.dockerfile), shellWord(context.dir)]
    : ['docker'];
  return ['docker buildx build --load --tag', ref, ...given, ...file].join(' ');
}

export function fetchCommands(models: readonly PlannedModel[], dir: string): string[] {
  return models
    .filter(({ present }) => !present)
    .map(
      ({ file, url }) =>
        `curl --fail --location --continue-at - --create-dirs --output ${shellWord(`${dir}/${file}`)} ${shellWord(url)}`,
    );
}

/** The container as `docker run`, as far as a person without the wizard needs it. */
export function runCommand(
  ref: string,
  choices: ResolvedChoices,
  profile: string | null,
  { gpu, memoryBytes }: { gpu: boolean; memoryBytes: number | null },
): string {
  const models = choices.placement === 'volume' ? 'steadydancer-models' : choices.modelsDir;
  const mounts = [
    ...(choices.recipe !== 'steadydancer' || choices.placement === 'baked'
      ? []
      : [`${models}:/opt/ComfyUI/models`]),
    // The stand-in of a rehearsal keeps what it renders to itself.
    ...(choices.recipe === 'rehearsal'
      ? []
      : [`${choices.outputDir}:/opt/ComfyUI/output`, `${choices.inputDir}:/opt/ComfyUI/input`]),
  ];
  return [
    'docker run --detach --init --name',
    shellWord(containerName(profile, choices.recipe)),
    '--user "$(id -u):$(id -g)" --cap-drop ALL --security-opt no-new-privileges',
    ...(gpu
      ? [typeof choices.gpu === 'number' ? `--gpus device=${choices.gpu}` : '--gpus all']
      : []),
    ...(memoryBytes === null ? [] : [`--memory ${memoryBytes}`]),
    `--publish ${choices.listen === 'localhost' ? '127.0.0.1' : choices.listen}:${choices.port}:${CONTAINER_PORT}`,
    ...mounts.map((mount) => `--volume ${shellWord(mount)}`),
    ref,
  ].join(' ');
}
