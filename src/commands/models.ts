import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { EventBody } from '../contract/events.ts';
import { EVENTS_VERSION } from '../contract/events.ts';
import { exitCodes, signalExitCodes } from '../contract/exit-codes.ts';
import { type Failure, UsageError } from '../contract/failure.ts';
import type { ModelsReport } from '../contract/models.ts';
import { hubAccess } from '../models/hub-access.ts';
import { pull } from '../models/pull.ts';
import { removable, remove } from '../models/remove.ts';
import { usualPlaces } from '../models/reuse.ts';
import type { DownloadLimits, ModelOutcome, WantedModel } from '../models/types.ts';
import { verify } from '../models/verify.ts';
import { parseManifest, wantedModel } from '../models/wanted.ts';
import { webOf } from '../models/web.ts';
import { personPath } from '../pipeline/person-path.ts';
import { systemClock } from '../ports/clock.ts';
import { places } from '../profiles/places.ts';
import { formatBytes } from '../text/format.ts';
import { type Io, outJson } from './io.ts';
import { modelLine } from './model-lines.ts';
import { parseModelsOptions } from './models-options.ts';

type Options = ReturnType<typeof parseModelsOptions>;

interface Errand {
  options: Options;
  io: Io;
  folder: string;
  stateDir: string;
  models: WantedModel[];
  emit(event: EventBody): void;
  signal: AbortSignal;
}

/** `models pull|verify|list|where|remove`: the files, without the rest of a run. */
export async function models(
  action: string,
  given: Record<string, unknown>,
  io: Io,
): Promise<number> {
  const options = parseModelsOptions(given);
  const stop = new AbortController();
  const ended = { exitCode: exitCodes.sigint as number };
  const onSignal = (signal: NodeJS.Signals) => {
    ended.exitCode = signalExitCodes[signal as keyof typeof signalExitCodes] ?? exitCodes.sigint;
    stop.abort(new Error(`stopped by ${signal}`));
  };
  for (const signal of Object.keys(signalExitCodes)) process.once(signal, onSignal);
  try {
    const errand: Errand = {
      options,
      io,
      folder: pathOf(options.dest ?? '~/steadydancer/models', io),
      stateDir: dirname(places(io.env, io.home).runs),
      models: await wantedModels(options, io),
      emit: options.json ? (event) => outJson(io, stamped(event)) : (event) => say(event, io),
      signal: stop.signal,
    };
    return await act(action, errand);
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    io.say('Stopped. What came is kept; the same command goes on from there.');
    return ended.exitCode;
  } finally {
    for (const signal of Object.keys(signalExitCodes)) process.off(signal, onSignal);
  }
}

async function act(action: string, errand: Errand): Promise<number> {
  switch (action) {
    case 'pull':
      return pullAll(errand);
    case 'verify':
      return look(errand, true);
    case 'list':
      return look(errand, false);
    case 'where':
      return where(errand);
    case 'remove':
      return removeSome(errand);
    default:
      throw new UsageError(`models does not know ${action}: pull, verify, list, where or remove.`);
  }
}

async function pullAll(errand: Errand): Promise<number> {
  const { options, io, folder, emit, signal, stateDir } = errand;
  const web = webOf(io.env);
  const reuseFrom = [
    ...options.reuse.map((path) => pathOf(path, io)),
    ...usualPlaces(io.env, io.home),
  ];
  try {
    const report = await pull({
      folder,
      models: errand.models,
      access: hubAccess(io.env, {
        ...(options.hub ? { endpoint: options.hub } : {}),
        tokenToMirror: options.tokenToMirror,
      }),
      web,
      clock: systemClock,
      emit,
      signal,
      limits: limitsOf(options),
      reuseFrom,
      stateDir,
      replace: options.replace,
    });
    finish(errand, report.files, report.ok);
    for (const file of report.files) if (file.failure) sayFailure(file.failure, io);
    return report.failure ? (report.failure.details.exitCode ?? exitCodes.models) : exitCodes.done;
  } finally {
    await web.destroy();
  }
}

async function look(errand: Errand, thorough: boolean): Promise<number> {
  const { folder, models: wanted, emit, signal, stateDir } = errand;
  const files = await verify({
    folder,
    models: wanted,
    clock: systemClock,
    emit,
    signal,
    stateDir,
    thorough,
  });
  const ok = files.every(({ state }) => state === 'present');
  finish(errand, files, ok);
  return ok || !thorough ? exitCodes.done : exitCodes.models;
}

async function where(errand: Errand): Promise<number> {
  const { folder, io, options, models: wanted, signal, stateDir } = errand;
  const files = await verify({
    folder,
    models: wanted,
    clock: systemClock,
    emit: () => undefined,
    signal,
    stateDir,
    thorough: false,
  });
  if (options.json) finish(errand, files, true);
  else {
    io.out(folder);
    for (const { path } of files) if (path) io.out(path);
  }
  return exitCodes.done;
}

async function removeSome(errand: Errand): Promise<number> {
  const { folder, io, options, models: wanted, signal, stateDir } = errand;
  const named = options.files.length > 0 ? options.files : wanted.map(({ file }) => file);
  const list = await removable(folder, named);
  const bytes = list.reduce((sum, one) => sum + one.bytes, 0);
  for (const one of list) io.say(`  ${formatBytes(one.bytes).padStart(9)}  ${one.file}`);
  if (list.length > 0 && !options.yes) {
    io.say(
      `Remove ${formatBytes(bytes)} of models from ${folder}; cannot be undone. Add --yes to do it.`,
    );
    return exitCodes.question;
  }
  await remove(folder, list, stateDir, systemClock, signal);
  io.say(`Removed ${formatBytes(bytes)} from ${folder}.`);
  return exitCodes.done;
}

async function wantedModels(options: Options, io: Io): Promise<WantedModel[]> {
  if (options.manifest) {
    const path = resolve(io.cwd, options.manifest);
    return parseManifest(
      await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
        throw new UsageError(`The manifest ${path} cannot be read: ${error.code}.`);
      }),
    );
  }
  const { neededModels } = await import('../recipe/models.ts');
  const { variant, textEncoder } = options;
  return neededModels({ variant, textEncoder, pose: 'onnx' }).map(wantedModel);
}

function finish({ options, io, folder }: Errand, files: ModelOutcome[], ok: boolean): void {
  const report: ModelsReport = {
    v: 1,
    ok,
    files: files.map(({ file, state, bytes, sha256 }) => ({ file, state, bytes, sha256 })),
  };
  if (options.json) {
    outJson(io, report);
    return;
  }
  const there = files.filter(
    ({ state }) => state === 'present' || state === 'done' || state === 'reused',
  );
  const bytes = there.reduce((sum, file) => sum + (file.bytes ?? 0), 0);
  io.say(`${there.length} of ${files.length} models, ${formatBytes(bytes)}, in ${folder}`);
  for (const { file, mount } of files)
    if (mount) io.say(`  ${file} stays in ${mount}: mount it too`);
}

function sayFailure(failure: Failure, io: Io): void {
  const { sentence, proof, fixes, code } = failure.details;
  io.say(`${sentence} (${code})`);
  if (proof) io.say(`  ${proof}`);
  for (const fix of fixes ?? [])
    io.say(`  - ${fix.label}${fix.command ? `:  ${fix.command}` : ''}`);
}

function limitsOf(options: Options): Partial<DownloadLimits> {
  const { connections, limitRate } = options;
  return {
    ...(connections ? { parts: connections, perHost: connections } : {}),
    ...(limitRate ? { bytesPerSecond: limitRate } : {}),
  };
}

function pathOf(path: string, io: Io): string {
  return personPath(path, io, io.cwd);
}

function stamped(event: EventBody) {
  return { v: EVENTS_VERSION, at: systemClock.now().toISOString(), ...event };
}

function say(event: EventBody, io: Io): void {
  const line = event.type === 'model' ? modelLine(event, systemClock.monotonicMs()) : null;
  if (line) io.say(line);
}
