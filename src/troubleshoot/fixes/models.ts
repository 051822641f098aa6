import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { UsageError } from '../../contract/failure.ts';
import { placeOf } from '../../models/place.ts';
import { downloadMinutes } from '../../recipe/minutes.ts';
import { formatBytes } from '../../text/format.ts';
import { runCommand } from './other-answers.ts';
import { readyMinutes } from './ready-minutes.ts';
import type { FailedRun, FixAction, FixObject } from './types.ts';

/** A model that is there and is not what it should be goes, and is fetched again. */
export const fetchAgain: FixAction = async ({ run, diagnoses }, fix, { home }) => {
  if (!run?.planned) return { not: 'There is no run here whose models are known.' };
  const bad = await badFiles(
    run,
    diagnoses.flatMap(({ title, evidence }) => [title, evidence.text]),
    home,
  );
  const first = bad[0];
  if (!first) {
    return {
      id: fix.applies ?? 'models-pull',
      title: 'Check the models and fetch what is missing',
      does: 'Each file is verified by its sha256; what does not fit is fetched again, the rest is kept.',
      objects: [],
      frees: null,
      download: run.planned.plan.downloadBytes,
      minutes: readyMinutes(run, run.planned),
      undo: 'Nothing is removed.',
      notes: [],
      commands: ['steadydancer models pull'],
      confirm: 'enter',
      root: false,
      retries: true,
      apply: async () => ({}),
    };
  }
  const bytes = bad.reduce((sum, file) => sum + (file.wanted ?? 0), 0);
  return {
    id: fix.applies ?? 'models-pull',
    title: `Fetch ${first.name}${bad.length > 1 ? ` and ${bad.length - 1} more` : ''} again`,
    does: 'The file that is not what its source says goes, and is fetched anew. Other models stay.',
    objects: bad.map(({ name, found, wanted }) => ({
      name,
      bytes: found,
      note: wanted === null ? 'removed' : `removed; ${formatBytes(wanted)} are fetched`,
    })),
    frees: null,
    download: bytes,
    minutes: downloadMinutes(bytes, null),
    undo: null,
    notes: [],
    commands: [...bad.map(({ path }) => `rm '${path}'`), 'steadydancer models pull'],
    confirm: 'y',
    root: false,
    retries: true,
    apply: async (signal, onLine) => {
      for (const { path, name } of bad) {
        signal.throwIfAborted();
        await rm(path, { force: true });
        await rm(`${path}.part`, { force: true });
        onLine(`Removed ${name}.`);
      }
      return {};
    },
  };
};

interface BadFile {
  name: string;
  path: string;
  found: number;
  wanted: number | null;
}

/** Files of the plan that are there with another size, or that the failure names. */
async function badFiles(run: FailedRun, said: string[], home: string): Promise<BadFile[]> {
  const planned = run.planned;
  if (!planned) return [];
  const folder = resolve(run.request.cwd, atHome(planned.choices.modelsDir, home));
  const bad: BadFile[] = [];
  for (const { file, bytes } of planned.plan.models) {
    const place = await placeOf(folder, file).catch(() => null);
    const found = place ? await stat(place.path).catch(() => null) : null;
    if (!place || !found?.isFile()) continue;
    const named = said.some(
      (text) => text.includes(file) || text.includes(file.split('/').at(-1) ?? file),
    );
    const short = bytes !== null && found.size !== bytes;
    if (named || short)
      bad.push({ name: file, path: place.path, found: found.size, wanted: bytes });
  }
  return bad;
}

/** The models live elsewhere from now on: what is there moves along, file by file. */
export const moveModels: FixAction = async ({ run }, fix, world) => {
  if (!run?.planned) return { not: 'There is no run here whose models are known.' };
  const { modelsDir, placement } = run.planned.choices;
  if (placement === 'volume' || placement === 'baked') {
    return { not: 'The models are not in a folder.' };
  }
  const there = (path: string) => resolve(run.request.cwd, atHome(path, world.home));
  const from = there(modelsDir);
  const files: (FixObject & { bytes: number })[] = [];
  for (const { file } of run.planned.plan.models) {
    const found = await stat(join(from, file)).catch(() => null);
    if (found?.isFile()) files.push({ name: file, bytes: found.size, note: `from ${from}` });
  }
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const moves = files.length > 0;
  return {
    id: fix.applies ?? 'move-models',
    title: moves ? `Move ${formatBytes(bytes)} of models elsewhere` : fix.label,
    does: moves
      ? `${files.length} models move to the folder that you name, and the run goes on with it. Nothing else moves.`
      : 'The models are fetched into the folder that you name.',
    objects: files,
    frees: bytes,
    download: null,
    minutes: readyMinutes(run, run.planned),
    undo: 'Naming the old folder moves them back.',
    notes: [`Now they are in ${from}.`],
    commands: [runCommand(run.request.profile, { modelsDir: 'FOLDER' })],
    confirm: moves ? 'y' : 'enter',
    root: false,
    retries: true,
    ask: { label: 'Folder for the models', proposals: [] },
    apply: async (signal, onLine, answer) => {
      if (!answer) throw new UsageError('A folder has to be named.');
      const to = there(answer);
      for (const { name } of to === from ? [] : files) {
        signal.throwIfAborted();
        await move(join(from, name), join(to, name), signal);
        onLine(`Moved ${name}.`);
      }
      return { choices: { modelsDir: to } };
    },
  };
};

/** Across filesystems a copy comes first, under a name of its own; the old file goes when it is whole. */
async function move(from: string, to: string, signal: AbortSignal): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  try {
    await rename(from, to);
    return;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
  }
  const draft = `${to}.moving`;
  try {
    await pipeline(createReadStream(from), createWriteStream(draft), { signal });
    await rename(draft, to);
    await rm(from);
  } finally {
    await rm(draft, { force: true });
  }
}

function atHome(path: string, home: string): string {
  return path.replace(/^~(?=\/|$)/, home);
}
