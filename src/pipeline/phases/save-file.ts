import { readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packedAs, saveImage } from '../../build/save-image.ts';
import { type Choices, choicesSchema } from '../../contract/choices.ts';
import { PROFILE_SCHEMA, type Profile, profileSchema } from '../../contract/profile.ts';
import { savedName } from '../../recipe/saved-name.ts';
import { formatBytes } from '../../text/format.ts';
import { shellWord } from '../../text/shell-word.ts';
import type { Phase, RunContext } from '../context.ts';
import { personPath } from '../person-path.ts';
import { engineOf } from './engine-of.ts';

/** Progress is told this often; a screen draws no faster. */
const TELL_MS = 250;

/** Choices that are of the image and of how it is used; folders, ports and GPUs are the computer's. */
const KEPT = [
  'recipe',
  'variant',
  'textEncoder',
  'attention',
  'stack',
  'blockSwap',
  'pose',
  'smoke',
] as const satisfies readonly (keyof Choices)[];

/** Target `file`: the image as a file for another computer, and beside it the profile that runs it. */
export const saveFile: Phase = {
  id: 'deploy',
  after: ['image'],
  async satisfied(ctx) {
    const { file, profile } = placesOf(ctx);
    const saved = await savedProfile(profile);
    const there = await stat(file).catch(() => null);
    if (!there?.isFile() || saved?.description !== describe(ctx)) return false;
    told(ctx, there.size);
    return true;
  },
  async run(ctx, signal) {
    const { file, profile } = placesOf(ctx);
    const { image } = ctx.facts;
    if (!image) throw new Error('deploy comes after image');
    const tell = progress(ctx, image.bytes ?? 0);
    tell.begin();
    try {
      const size = await saveImage(
        engineOf(ctx).docker,
        { image: image.ref, bytes: image.bytes, path: file, onBytes: tell.onBytes },
        signal,
      );
      await writeProfile(profile, profileOf(ctx));
      tell.end('done');
      told(ctx, size);
    } catch (error) {
      tell.end(signal.aborted ? 'canceled' : 'failed');
      throw error;
    }
  },
};

function placesOf({ planned, machine, request }: RunContext) {
  const { choices, plan } = planned;
  const folder = personPath(choices.outputDir, machine.host, request.cwd);
  const name = savedName(choices.recipe, plan.planDigest);
  return {
    name,
    file: join(folder, `${name}.tar.${packedAs}`),
    profile: join(folder, `${name}.json`),
  };
}

/** Ties the profile to the very image: one that was built again under the same plan is another. */
function describe({ facts }: RunContext): string {
  return `For the image file beside it, ${facts.image?.id ?? ''}`;
}

function profileOf(ctx: RunContext): Profile {
  const { choices } = ctx.planned;
  const baked = choices.placement === 'baked' ? { placement: choices.placement } : {};
  const kept = Object.fromEntries(
    KEPT.flatMap((key) => (choices[key] === undefined ? [] : [[key, choices[key]]])),
  );
  const now = ctx.ports.clock.now().toISOString();
  return {
    schema: PROFILE_SCHEMA,
    name: placesOf(ctx).name,
    description: describe(ctx),
    choices: choicesSchema.parse({
      ...kept,
      ...(ctx.facts.built.attention ? { attention: ctx.facts.built.attention } : {}),
      ...baked,
    }),
    createdAt: now,
    updatedAt: now,
  };
}

async function writeProfile(path: string, profile: Profile): Promise<void> {
  const part = `${path}.part`;
  await writeFile(part, `${JSON.stringify(profile, null, 2)}\n`, { mode: 0o644 });
  await rename(part, path);
}

async function savedProfile(path: string): Promise<Profile | null> {
  try {
    return profileSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return null;
  }
}

/** What the result says, and the two commands for the other computer. */
function told(ctx: RunContext, bytes: number): void {
  const { file, profile, name } = placesOf(ctx);
  ctx.facts.saved = { path: file, bytes };
  ctx.facts.outputs.push({
    path: file,
    bytes,
    mime: packedAs === 'zst' ? 'application/zstd' : 'application/gzip',
  });
  const base = (path: string) => shellWord(path.slice(path.lastIndexOf('/') + 1));
  const lines = [
    `Saved ${file} (${formatBytes(bytes)}) and ${profile}. Take both to the other computer; there:`,
    `  steadydancer profiles import ${base(profile)}`,
    `  steadydancer run --profile ${name} --image ${base(file)}`,
  ];
  for (const text of lines) ctx.emit({ type: 'note', level: 'info', text });
}

/** Saving looks like a step of the build: it has a name, a bar and an end. */
function progress({ emit, ports }: RunContext, total: number) {
  const id = 'image-file';
  const name = '[file] save the image';
  const began = ports.clock.monotonicMs();
  let at = 0;
  return {
    begin: () => emit({ type: 'build.vertex', id, name, state: 'running', cached: false }),
    onBytes(read: number) {
      const now = ports.clock.monotonicMs();
      if (now - at < TELL_MS) return;
      at = now;
      const current = Math.min(read, total);
      emit({ type: 'build.progress', vertex: id, id: 'saved', current, total });
    },
    end(state: 'done' | 'failed' | 'canceled') {
      const ms = Math.round(ports.clock.monotonicMs() - began);
      emit({ type: 'build.vertex', id, name, state, cached: false, ms });
    },
  };
}
